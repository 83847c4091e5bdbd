// The yardstick: a bare Beast coroutine server that reads a POST and answers a fixed JSON body. No routing, no JSON, no disk.
// beast_echo PORT
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <exception>

#include "base/task.h"

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, wherry::Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, wherry::Executor>;

wherry::Task<void> serve(Socket socket) {
  boost::beast::flat_buffer buffer;
  boost::system::error_code failure;
  while (true) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::redirect_error(wherry::use_task, failure));
    if (failure) co_return;
    http::response<http::string_body> response{http::status::ok, 11};
    response.set(http::field::content_type, "application/json");
    response.body() = R"({"success":true,"messageId":"wamid.HBgLNDQ3NzAw","conversationId":"conv_8sT2qv"})";
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::redirect_error(wherry::use_task, failure));
    if (failure) co_return;
  }
}

wherry::Task<void> listen(tcp::endpoint endpoint) {
  auto executor = co_await asio::this_coro::executor;
  Acceptor acceptor(executor, endpoint);
  auto ended = [](std::exception_ptr) {};
  while (true) {
    auto socket = co_await acceptor.async_accept(wherry::use_task);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(executor, serve(std::move(socket)), ended);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 9090);
  asio::io_context io(1);
  asio::co_spawn(io, listen({asio::ip::address_v4::loopback(), port}), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.run();
}
