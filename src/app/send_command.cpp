#include <cstdio>

#include "app/command_line.h"
#include "app/commands.h"
#include "app/run_blocking.h"
#include "domain/media_kind.h"
#include "net/client.h"

namespace wherry::app {

namespace {

std::string base_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

Task<Result<http::ClientResponse>> post(http::Client& client, const SendOptions& options, std::string path, std::string type,
                                        std::string body, std::unique_ptr<http::BodySource> source) {
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = options.url + path;
  request.timeout = seconds(60);
  request.headers.add("Authorization", "Bearer " + options.key);
  request.headers.add("Content-Type", type);
  request.body = std::move(body);
  request.body_source = std::move(source);
  co_return co_await client.send(std::move(request));
}

Result<std::string> string_member(const http::ClientResponse& response, std::string_view name) {
  auto parsed = json::parse(response.body);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return Error{ErrorCode::internal, "the server's answer is not JSON"};
  if (response.status == 200) return std::string(json::find_string(*object, name).value_or(""));
  const auto text = std::string(json::find_string(*object, "error").value_or("the server refused"));
  const auto code = std::string(json::find_string(*object, "code").value_or("?"));
  return Error{ErrorCode::rejected, text + " (" + code + ", status " + std::to_string(response.status) + ")"};
}

Task<Result<std::string>> upload(http::Client& client, const SendOptions& options) {
  CO_TRY(auto file, http::FileSource::open(options.file));
  auto name = base_of(options.file);
  std::erase_if(name, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  auto guess = std::string(mime_for_extension(name));
  if (guess.empty()) guess = "application/octet-stream";
  const std::string boundary = "wherry-7f3a0c55d1";
  auto parts = std::make_unique<http::JoinedSource>();
  parts->add("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\nContent-Type: " + guess +
             "\r\n\r\n");
  parts->add(std::move(file));
  parts->add("\r\n--" + boundary + "--\r\n");
  auto type = "multipart/form-data; boundary=" + boundary;
  const std::string no_text;
  CO_TRY(auto response, co_await post(client, options, "/v1/media/upload", std::move(type), no_text, std::move(parts)));
  co_return string_member(response, "mediaId");
}

Task<Result<std::string>> perform(http::Client& client, SendOptions options) {
  if (!options.file.empty()) {
    CO_TRY(options.media, co_await upload(client, options));
  }
  json::object body;
  body["conversationId"] = options.conversation;
  if (!options.text.empty()) body["text"] = options.text;
  if (!options.media.empty()) body["media"] = options.media;
  if (!options.caption.empty()) body["caption"] = options.caption;
  auto text = json::serialize(body);
  CO_TRY(auto response, co_await post(client, options, "/v1/messages/send", "application/json", std::move(text), nullptr));
  CO_TRY_VOID(string_member(response, "messageId"));
  co_return std::move(response.body);
}

}  // namespace

int send(const SendOptions& options) {
  if (options.text.empty() && options.media.empty() && options.file.empty()) {
    std::fprintf(stderr, "wherry: give --text, --media or --file\n");
    return exit_usage;
  }
  if (!options.media.empty() && !options.file.empty()) {
    std::fprintf(stderr, "wherry: give --media or --file, not both\n");
    return exit_usage;
  }
  SystemClock clock;
  boost::asio::io_context io(1);
  auto client = http::make_client({}, clock);
  auto wanted = options;
  while (wanted.url.ends_with('/')) wanted.url.pop_back();
  auto answer = run_blocking(io, perform(*client, wanted));
  if (!answer) {
    std::fprintf(stderr, "wherry: %s\n", answer.error().message.c_str());
    return exit_failed;
  }
  if (options.output == Output::json) {
    std::puts(answer->c_str());
  } else {
    auto parsed = json::parse(*answer);
    std::printf("sent: %s\n", std::string(json::find_string(parsed->get_object(), "messageId").value_or("")).c_str());
  }
  return exit_ok;
}

}  // namespace wherry::app
