#include "api/pepipost/errors.h"
#include "api/pepipost/guard.h"
#include "api/pepipost/wire.h"

namespace wherry::api::pepipost {

Task<Answer<http::Response>> create_source(const PepipostServices& services, http::Request& request, Principal caller) {
  CO_TRY(const auto body, co_await read_json(request));
  const auto* object = body.if_object();
  if (object == nullptr) co_return invalid("name is required.");
  std::optional<Refusal> refusal;
  const Fields fields(*object, refusal);
  NewSource wanted;
  wanted.tenant = caller.tenant;
  wanted.name = fields.required("name", 100);
  const auto channel = fields.given("channel", 64);
  if (refusal) co_return std::move(*refusal);
  if (channel) {
    wanted.channel = ChannelId::parse(*channel);
    if (!wanted.channel) co_return refused(Code::unknown_client);
  }
  auto made = co_await services.sources.add(std::move(wanted));
  if (!made) co_return refusal_of(made.error());
  co_return success({{"data", json::object{{"id", to_uuid(made->id)}}}});
}

}  // namespace wherry::api::pepipost
