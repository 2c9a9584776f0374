#include "runtime/http/server.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio.hpp>
#include <boost/beast.hpp>

namespace quorate::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr Duration stop_patience = seconds(2);
constexpr std::int64_t log_pause_ms = 10'000;
/// Bodies up to this size are taken without asking for room.
constexpr std::size_t small_body = 16 * 1'024;
/// Room for all larger bodies that are being read or answered.
constexpr std::size_t body_room = 128u << 20;
/// After a refusal the rest of a request is read and thrown away, so that the answer is not lost.
constexpr Duration linger_time = seconds(2);
constexpr std::size_t linger_bytes = 32u << 20;

std::chrono::microseconds chrono(Duration d) { return std::chrono::microseconds(d.us); }

Method method_of(bhttp::verb verb) {
  switch (verb) {
    case bhttp::verb::get:
      return Method::get;
    case bhttp::verb::head:
      return Method::head;
    case bhttp::verb::post:
      return Method::post;
    case bhttp::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

class ServerCore;

/// One connection: reads a request, has it answered, writes the answer, and so on; or turns into a
/// stream of events.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, ServerCore& core) : stream_(std::move(socket)), core_(core) {}

  void start() { read_header(core_first_wait()); }
  /// Ends at once, whatever it does.
  void close();
  /// Ends when nothing is under way.
  void finish();
  void publish(const std::shared_ptr<const std::string>& event);
  void beat();
  [[nodiscard]] bool is_watcher() const { return is_watcher_; }
  [[nodiscard]] bool watches(const std::string& contract) const {
    return is_watcher_ && (!watched_ || *watched_ == contract);
  }

 private:
  [[nodiscard]] Duration core_first_wait() const;
  void read_header(Duration wait);
  void on_header(ErrorCode failed);
  void read_body();
  void on_body(ErrorCode failed);
  [[nodiscard]] Result<> check_header();
  void dispatch();
  void respond(Response response);
  void refuse(const Error& error);
  void write();
  void on_written(ErrorCode failed);
  void linger();
  void end(const std::optional<Error>& reason);
  void watch(const Watch& call);
  void pump();

  beast::tcp_stream stream_;
  ServerCore& core_;
  beast::flat_buffer buffer_{max_header_bytes + max_body_bytes};
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  bool is_busy_{};  ///< A request is under way.
  bool is_last_{};  ///< The connection ends after this answer.
  bool is_finishing_{};
  bool is_ended_{};
  bool is_head_{};
  bool is_refused_{};
  std::size_t room_{};  ///< Taken for the body.
  std::size_t lingered_{};
  std::array<char, 4'096> scrap_{};
  unsigned version_{11};
  Response response_;
  std::optional<bhttp::response<bhttp::span_body<const char>>> message_;
  std::optional<bhttp::response_serializer<bhttp::span_body<const char>>> serializer_;
  bhttp::response<bhttp::empty_body> continue_;
  bool is_watcher_{};
  std::optional<std::string> watched_;
  std::deque<std::shared_ptr<const std::string>> events_;
  std::size_t event_bytes_{};
  bool is_pumping_{};
};

class ServerCore final : public Server {
 public:
  ServerCore(ServerConfig config, Api& api)
      : config_(std::move(config)), api_(api), acceptor_(io_), beat_(io_), patience_(io_) {}
  ~ServerCore() override { stop(); }

  Result<> open();
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void publish(const consensus::Chunk& chunk) override;
  [[nodiscard]] ServerFigures figures() const override;
  void stop() override;

  [[nodiscard]] const ServerConfig& config() const { return config_; }
  [[nodiscard]] Api& api() { return api_; }
  [[nodiscard]] asio::io_context& io() { return io_; }
  [[nodiscard]] bool is_stopping() const { return is_stopping_; }
  void count_answer(unsigned status);
  void count(const Error& reason);
  void ended(const std::shared_ptr<Session>& session, bool was_watcher);
  [[nodiscard]] bool take_watcher();
  [[nodiscard]] bool take_room(std::size_t bytes) {
    if (room_taken_ + bytes > body_room) return false;
    room_taken_ += bytes;
    return true;
  }
  void give_room(std::size_t bytes) { room_taken_ -= bytes; }

 private:
  void accept();
  void on_accepted(ErrorCode failed, tcp::socket socket);
  void turn_away(tcp::socket socket);
  void arm_beat();
  void begin_stop();
  void check_drained();

  ServerConfig config_;
  Api& api_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer beat_;
  asio::steady_timer patience_;
  std::uint16_t port_{};
  std::thread thread_;
  bool is_stopping_{};  ///< On the server's thread.
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::size_t room_taken_{};
  std::uint64_t events_{};
  std::atomic<std::uint32_t> connections_{};
  std::atomic<std::uint32_t> watchers_{};
  mutable std::mutex mutex_;
  ServerFigures figures_;
  std::map<Errc, std::int64_t> logged_ms_;
};

// Session

Duration Session::core_first_wait() const { return core_.config().header_timeout; }

void Session::read_header(Duration wait) {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(max_header_bytes));
  parser_->body_limit(max_body_bytes);
  is_busy_ = false;
  stream_.expires_after(chrono(wait));
  bhttp::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode failed, std::size_t) { self->on_header(failed); });
}

void Session::on_header(ErrorCode failed) {
  if (failed == bhttp::error::end_of_stream || failed == asio::error::connection_reset ||
      failed == asio::error::operation_aborted) {
    return end(std::nullopt);
  }
  // An idle connection is closed without a word; one that began a header is told why.
  if (failed == beast::error::timeout) {
    return end(parser_->got_some() ? std::optional<Error>{Errc::http_too_slow} : std::nullopt);
  }
  if (failed == bhttp::error::header_limit) return refuse(Errc::http_header_too_big);
  if (failed == bhttp::error::body_limit) return refuse(Errc::http_body_too_big);
  if (failed) return refuse({Errc::http_malformed, failed.message()});
  is_busy_ = true;
  const auto& request = parser_->get();
  version_ = request.version();
  is_head_ = request.method() == bhttp::verb::head;
  if (const auto wrong = check_header(); !wrong.ok()) return refuse(wrong.error());
  read_body();
}

Result<> Session::check_header() {
  const auto& request = parser_->get();
  const bool has_length = request.find(bhttp::field::content_length) != request.end();
  const bool has_encoding = request.find(bhttp::field::transfer_encoding) != request.end();
  // Two lengths are how requests are hidden from whoever stands in front of this server.
  if (has_length && has_encoding) return Error{Errc::http_malformed, "two lengths of one body"};
  if (version_ != 10 && version_ != 11) return Error{Errc::http_malformed, "HTTP/1.0 or HTTP/1.1"};
  const std::size_t limit = body_limit(method_of(request.method()), view_of(request.target()));
  const auto length = parser_->content_length();
  if (length && *length > limit) return Errc::http_body_too_big;
  parser_->body_limit(limit);
  const std::size_t needed = length ? static_cast<std::size_t>(*length) : has_encoding ? limit : 0;
  if (needed > small_body) {
    if (!core_.take_room(needed)) return Error{Errc::http_busy, "other bodies take all room"};
    room_ = needed;
  }
  return done();
}

void Session::read_body() {
  stream_.expires_after(chrono(core_.config().body_timeout));
  const auto& request = parser_->get();
  const auto expects = request.find(bhttp::field::expect);
  const auto read = [self = shared_from_this()] {
    bhttp::async_read(self->stream_, self->buffer_, *self->parser_,
                      [self](ErrorCode failed, std::size_t) { self->on_body(failed); });
  };
  if (expects == request.end() || !beast::iequals(expects->value(), "100-continue")) {
    return read();
  }
  continue_ = bhttp::response<bhttp::empty_body>{bhttp::status::continue_, version_};
  bhttp::async_write(stream_, continue_,
                     [self = shared_from_this(), read](ErrorCode failed, std::size_t) {
                       failed ? self->end(std::nullopt) : read();
                     });
}

void Session::on_body(ErrorCode failed) {
  if (failed == beast::error::timeout) return end(Error{Errc::http_too_slow});
  if (failed == bhttp::error::body_limit) return refuse(Errc::http_body_too_big);
  if (failed == bhttp::error::partial_message || failed == asio::error::connection_reset) {
    return end(std::nullopt);
  }
  if (failed) return refuse({Errc::http_malformed, failed.message()});
  is_last_ = !parser_->keep_alive();
  dispatch();
}

void Session::dispatch() {
  const auto& request = parser_->get();
  auto call = parse_call(method_of(request.method()), view_of(request.target()), request.body());
  if (!call.ok()) {
    core_.count(call.error());
    return respond(refusal(call.error()));
  }
  if (const auto* asked = std::get_if<Watch>(&*call)) return watch(*asked);
  stream_.expires_never();  // The role's own patience bounds the wait.
  core_.api().answer(std::move(call).value(), [self = shared_from_this(),
                                               &io = core_.io()](Response response) {
    asio::dispatch(io, [self, r = std::move(response)]() mutable { self->respond(std::move(r)); });
  });
}

void Session::refuse(const Error& error) {
  core_.count(error);
  is_last_ = true;  // What follows on the connection cannot be told apart from this request.
  is_refused_ = true;
  respond(refusal(error));
}

void Session::respond(Response response) {
  if (is_ended_) return;
  core_.count_answer(response.status);
  response_ = std::move(response);
  const std::string_view body = response_.text();
  message_.emplace(bhttp::int_to_status(response_.status), version_);
  auto& message = *message_;
  message.set(bhttp::field::server, "quorate");
  if (!response_.type.empty()) message.set(bhttp::field::content_type, response_.type);
  const std::string& cors = core_.config().cors;
  if (!cors.empty()) message.set(bhttp::field::access_control_allow_origin, cors);
  for (const auto& [name, value] : response_.headers) message.set(name, value);
  is_last_ = is_last_ || core_.is_stopping();
  message.keep_alive(!is_last_);
  if (response_.status != 204) message.content_length(body.size());
  message.body() = beast::span<const char>{body.data(), is_head_ ? 0 : body.size()};
  write();
}

void Session::write() {
  serializer_.emplace(*message_);
  stream_.expires_after(chrono(core_.config().write_timeout));
  const auto written = [self = shared_from_this()](ErrorCode failed, std::size_t) {
    self->on_written(failed);
  };
  if (is_head_) {
    bhttp::async_write_header(stream_, *serializer_, written);
  } else {
    bhttp::async_write(stream_, *serializer_, written);
  }
}

void Session::on_written(ErrorCode failed) {
  if (failed == beast::error::timeout) return end(Error{Errc::http_too_slow});
  if (failed) return end(std::nullopt);
  if (is_refused_) return linger();
  if (is_last_ || is_finishing_) return end(std::nullopt);
  response_ = {};
  core_.give_room(std::exchange(room_, 0));
  read_header(core_.config().idle_timeout);
}

void Session::linger() {
  ErrorCode ignored;
  if (lingered_ == 0) {
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(chrono(linger_time));
  }
  if (lingered_ > linger_bytes) return end(std::nullopt);
  stream_.async_read_some(asio::buffer(scrap_),
                          [self = shared_from_this()](ErrorCode failed, std::size_t got) {
                            if (failed) return self->end(std::nullopt);
                            self->lingered_ += got;
                            self->linger();
                          });
}

void Session::watch(const Watch& call) {
  if (!core_.take_watcher()) {
    core_.count(Errc::http_too_many_watchers);
    return respond(refusal(Errc::http_too_many_watchers));
  }
  is_watcher_ = true;
  watched_ = call.contract;
  ErrorCode ignored;  // What a slow reader leaves unread is counted here, not kept by the system.
  stream_.socket().set_option(asio::socket_base::send_buffer_size(64 * 1'024), ignored);
  core_.count_answer(200);
  message_.emplace(bhttp::status::ok, version_);
  message_->set(bhttp::field::server, "quorate");
  message_->set(bhttp::field::content_type, "text/event-stream");
  message_->set(bhttp::field::cache_control, "no-store");
  if (!core_.config().cors.empty()) {
    message_->set(bhttp::field::access_control_allow_origin, core_.config().cors);
  }
  message_->keep_alive(false);
  is_pumping_ = true;
  serializer_.emplace(*message_);
  stream_.expires_after(chrono(core_.config().write_timeout));
  bhttp::async_write_header(stream_, *serializer_,
                            [self = shared_from_this()](ErrorCode failed, std::size_t) {
                              self->is_pumping_ = false;
                              if (failed || self->is_head_) return self->end(std::nullopt);
                              self->pump();
                            });
}

void Session::publish(const std::shared_ptr<const std::string>& event) {
  if (is_ended_) return;
  if (event_bytes_ + event->size() > core_.config().watcher_bytes) {
    return end(Error{Errc::http_watcher_too_slow});
  }
  event_bytes_ += event->size();
  events_.push_back(event);
  pump();
}

void Session::beat() {
  if (events_.empty()) publish(std::make_shared<const std::string>(": alive\n\n"));
}

void Session::pump() {
  if (is_pumping_ || is_ended_) return;
  stream_.expires_never();
  if (events_.empty()) return;
  is_pumping_ = true;
  stream_.expires_after(chrono(core_.config().write_timeout));
  asio::async_write(stream_, asio::buffer(*events_.front()),
                    [self = shared_from_this()](ErrorCode failed, std::size_t) {
                      self->is_pumping_ = false;
                      if (failed == beast::error::timeout) {
                        return self->end(Error{Errc::http_watcher_too_slow});
                      }
                      if (failed) return self->end(std::nullopt);
                      self->event_bytes_ -= self->events_.front()->size();
                      self->events_.pop_front();
                      self->pump();
                    });
}

void Session::finish() {
  is_finishing_ = true;
  if (!is_busy_ || is_watcher_) close();
}

void Session::close() { end(std::nullopt); }

void Session::end(const std::optional<Error>& reason) {
  if (is_ended_) return;
  is_ended_ = true;
  if (reason) core_.count(*reason);
  ErrorCode ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.close();
  core_.give_room(std::exchange(room_, 0));
  core_.ended(shared_from_this(), is_watcher_);
}

// ServerCore

Result<> ServerCore::open() {
  ErrorCode failed;
  const std::string where = config_.listen.text();
  tcp::resolver resolver{io_};
  const auto found = resolver.resolve(config_.listen.host, std::to_string(config_.listen.port),
                                      tcp::resolver::passive, failed);
  if (failed || found.empty()) return Error{Errc::cannot_listen, where + ": " + failed.message()};
  const tcp::endpoint at = found.begin()->endpoint();
  acceptor_.open(at.protocol(), failed);
  if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) acceptor_.bind(at, failed);
  if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
  if (failed) return Error{Errc::cannot_listen, where + ": " + failed.message()};
  port_ = acceptor_.local_endpoint().port();
  accept();
  arm_beat();
  thread_ = std::thread([this] { io_.run(); });
  return done();
}

void ServerCore::accept() {
  acceptor_.async_accept(
      [this](ErrorCode failed, tcp::socket socket) { on_accepted(failed, std::move(socket)); });
}

void ServerCore::on_accepted(ErrorCode failed, tcp::socket socket) {
  if (is_stopping_ || failed == asio::error::operation_aborted) return;
  if (!failed) {
    if (sessions_.size() >= config_.max_connections) {
      turn_away(std::move(socket));
    } else {
      ErrorCode ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      const auto session = std::make_shared<Session>(std::move(socket), *this);
      sessions_.insert(session);
      connections_ = static_cast<std::uint32_t>(sessions_.size());
      session->start();
    }
  }
  accept();
}

/// Says so if the socket takes it at once; never waits.
void ServerCore::turn_away(tcp::socket socket) {
  count(Errc::http_too_many_connections);
  count_answer(503);
  static constexpr std::string_view text =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
      "Content-Length: 0\r\n\r\n";
  ErrorCode ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void ServerCore::arm_beat() {
  beat_.expires_after(chrono(config_.heartbeat));
  beat_.async_wait([this](ErrorCode failed) {
    if (failed || is_stopping_) return;
    const auto all = sessions_;  // A beat may end a session.
    for (const auto& session : all) {
      if (session->is_watcher()) session->beat();
    }
    arm_beat();
  });
}

void ServerCore::publish(const consensus::Chunk& chunk) {
  if (watchers_.load(std::memory_order_relaxed) == 0) return;
  asio::post(io_, [this, chunk] {
    if (is_stopping_) return;
    const auto event = std::make_shared<const std::string>(event_text(++events_, chunk));
    const auto all = sessions_;
    for (const auto& session : all) {
      if (session->watches(chunk.db.contract.text)) session->publish(event);
    }
  });
}

bool ServerCore::take_watcher() {
  if (watchers_ >= config_.max_watchers) return false;
  ++watchers_;
  return true;
}

void ServerCore::ended(const std::shared_ptr<Session>& session, bool was_watcher) {
  if (was_watcher) --watchers_;
  sessions_.erase(session);
  connections_ = static_cast<std::uint32_t>(sessions_.size());
  if (is_stopping_) check_drained();
}

void ServerCore::count_answer(unsigned status) {
  const std::lock_guard lock{mutex_};
  ++figures_.answers[status];
}

void ServerCore::count(const Error& reason) {
  const std::lock_guard lock{mutex_};
  ++figures_.refusals[reason.code];
  const std::int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
  std::int64_t& logged = logged_ms_[reason.code];
  if (logged != 0 && now - logged < log_pause_ms) return;
  logged = now;
  spdlog::info("http: {} ({} so far)", reason.message(), figures_.refusals[reason.code]);
}

ServerFigures ServerCore::figures() const {
  const std::lock_guard lock{mutex_};
  ServerFigures out = figures_;
  out.connections = connections_;
  out.watchers = watchers_;
  return out;
}

void ServerCore::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] { begin_stop(); });
  thread_.join();
}

void ServerCore::begin_stop() {
  is_stopping_ = true;
  ErrorCode ignored;
  acceptor_.close(ignored);
  beat_.cancel();
  const auto all = sessions_;
  for (const auto& session : all) session->finish();
  patience_.expires_after(chrono(stop_patience));
  patience_.async_wait([this](ErrorCode failed) {
    if (failed) return;
    const auto left = sessions_;
    for (const auto& session : left) session->close();
  });
  check_drained();
}

void ServerCore::check_drained() {
  if (!sessions_.empty()) return;
  patience_.cancel();
  // What is left in the queue are the ends of operations that were cancelled.
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerConfig& config, Api& api) {
  auto core = std::make_unique<ServerCore>(config, api);
  TRY(core->open());
  return std::unique_ptr<Server>{std::move(core)};
}

}  // namespace quorate::http
