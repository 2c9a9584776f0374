#include "runtime/http/client.hpp"

#include <utility>

#include <boost/asio.hpp>
#include <boost/beast.hpp>

namespace quorate::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t max_answer_bytes = 256u << 20;
/// A stream shows life more often than this.
constexpr Duration stream_patience = seconds(60);

std::chrono::microseconds chrono(Duration d) { return std::chrono::microseconds(d.us); }

}  // namespace

struct Client::Connection {
  asio::io_context io{1};
  beast::tcp_stream stream{io};
  beast::flat_buffer buffer;

  /// Runs one operation to its end. @param begin starts it with the handler that it is given.
  template <class Begin>
  ErrorCode run(Duration patience, Begin begin) {
    ErrorCode out = asio::error::would_block;
    stream.expires_after(chrono(patience));
    begin([&out](ErrorCode failed, auto&&...) { out = failed; });
    io.restart();
    io.run();
    return out;
  }
};

Client::Client(network::Address node, Duration patience)
    : node_(std::move(node)), patience_(patience) {}
Client::~Client() = default;

Result<> Client::connect() {
  connection_ = std::make_unique<Connection>();
  ErrorCode failed;
  tcp::resolver resolver{connection_->io};
  const auto found = resolver.resolve(node_.host, std::to_string(node_.port), failed);
  if (!failed) {
    failed = connection_->run(patience_,
                              [&](auto done) { connection_->stream.async_connect(found, done); });
  }
  if (!failed) return done();
  connection_.reset();
  return Error{Errc::http_unreachable,
               node_.text() + ": " + failed.message() +
                   "; does the node run, and is [http] listen set in its node.toml?"};
}

Result<Answer> Client::exchange(const std::string& target, const std::string* body) {
  bhttp::request<bhttp::string_body> request{body == nullptr ? bhttp::verb::get : bhttp::verb::post,
                                             target, 11};
  request.set(bhttp::field::host, node_.text());
  if (body != nullptr) {
    request.set(bhttp::field::content_type, "application/json");
    request.body() = *body;
  }
  request.prepare_payload();
  // A kept connection may have ended meanwhile; then a new one is tried, once.
  for (int tries = connection_ ? 2 : 1;; --tries) {
    if (!connection_) TRY(connect());
    ErrorCode failed = connection_->run(
        patience_, [&](auto done) { bhttp::async_write(connection_->stream, request, done); });
    bhttp::response_parser<bhttp::string_body> parser;
    parser.body_limit(max_answer_bytes);
    // An early refusal is read even when not all was sent.
    const ErrorCode unread = connection_->run(patience_, [&](auto done) {
      bhttp::async_read(connection_->stream, connection_->buffer, parser, done);
    });
    if (!unread) {
      Answer out{parser.get().result_int(), std::move(parser.get().body())};
      if (failed || !parser.get().keep_alive()) connection_.reset();
      return out;
    }
    const bool was_silent = !parser.got_some();
    connection_.reset();
    if (tries > 1 && was_silent) continue;
    if (!failed) failed = unread;
    const bool is_http =
        failed.category() != bhttp::make_error_code(bhttp::error::bad_version).category() ||
        failed == bhttp::error::end_of_stream;
    return Error{is_http ? Errc::http_unreachable : Errc::http_answer_malformed,
                 node_.text() + ": " + failed.message()};
  }
}

Result<Answer> Client::get(const std::string& target) { return exchange(target, nullptr); }

Result<Answer> Client::post(const std::string& target, const std::string& body) {
  return exchange(target, &body);
}

Result<> Client::watch(const std::string& target,
                       const std::function<bool(std::string_view data)>& visit) {
  TRY(connect());
  bhttp::request<bhttp::empty_body> request{bhttp::verb::get, target, 11};
  request.set(bhttp::field::host, node_.text());
  request.set(bhttp::field::accept, "text/event-stream");
  ErrorCode failed = connection_->run(
      patience_, [&](auto done) { bhttp::async_write(connection_->stream, request, done); });
  bhttp::response_parser<bhttp::string_body> parser;
  parser.body_limit(boost::none);
  if (!failed) {
    failed = connection_->run(patience_, [&](auto done) {
      bhttp::async_read_header(connection_->stream, connection_->buffer, parser, done);
    });
  }
  if (failed) return Error{Errc::http_unreachable, node_.text() + ": " + failed.message()};
  if (parser.get().result_int() != 200) {
    return Error{Errc::http_answer_malformed,
                 node_.text() + ": status " + std::to_string(parser.get().result_int())};
  }
  std::string& text = parser.get().body();
  while (true) {
    for (std::size_t end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n")) {
      const std::string event = text.substr(0, end);
      text.erase(0, end + 2);
      const std::size_t at = event.find("data: ");
      if (at == std::string::npos) continue;
      if (!visit(std::string_view{event}.substr(at + 6))) {
        connection_.reset();
        return done();
      }
    }
    failed = connection_->run(stream_patience, [&](auto done) {
      bhttp::async_read_some(connection_->stream, connection_->buffer, parser, done);
    });
    if (failed || parser.is_done()) {
      connection_.reset();
      return Error{Errc::http_unreachable, node_.text() + ": the stream ended"};
    }
  }
}

}  // namespace quorate::http
