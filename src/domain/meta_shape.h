#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "domain/content.h"

namespace wherry {

// The kinds with a structure of their own in the shape WhatsApp's API gives them. It is at once the wire form and, with our own media
// ids in the place of WhatsApp's, the stored form.

/// A stored file of a content once it is at WhatsApp.
struct UploadedFile {
  MediaId ours;
  std::string remote_id;
  std::string file_name;  ///< for a document that was given none
};
/// A content's files (files_of). One that is not among them keeps our own id.
using UploadedFiles = std::span<const UploadedFile>;

/// The object named like the kind: {"name":…,"language":…} of a template, {"type":"list",…} of an interactive message.
json::object meta_object(const LocationContent& location);
json::array meta_array(const ContactsContent& contacts);
json::object meta_object(const InteractiveContent& interactive, UploadedFiles uploaded);
json::object meta_object(const TemplateContent& message, UploadedFiles uploaded);

/// Reads the same shape. An `id` of the form of our media ids is one of our files, any other is WhatsApp's own. Members nobody knows are
/// dropped, but for other actions and parameters, which are kept whole. Limits are check_content's.
/// Errors: invalid_argument, whose message begins with the path of the member ("interactive.action.buttons[0].reply.id is required").
Result<LocationContent> read_location(const json::object& object);
Result<ContactsContent> read_contacts(const json::array& array);
Result<InteractiveContent> read_interactive(const json::object& object);
Result<TemplateContent> read_template(const json::object& object);
/// The components alone, as in "template"."components".
Result<std::vector<TemplateComponent>> read_template_components(const json::array& array);

/// Degrees as decimal text, the shortest that is read back the same.
std::string degrees_text(double degrees);

}  // namespace wherry
