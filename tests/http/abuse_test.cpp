// Clients without manners: each gets the right answer or none, and nobody else notices.
#include "runtime/live/process.hpp"
#include "tests/http/http_stage.hpp"

using namespace quorate;
using namespace quorate::stage;

namespace {

/// What a raw request is answered with: the status, 0 for none.
int status_of(const std::string& answer) {
  return answer.size() > 12 && answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3))
                                                                 : 0;
}
int ask(const HttpNode& node, const std::string& request) {
  RawHttp raw{node.port()};
  REQUIRE(raw.send(request));
  return status_of(raw.until("\r\n\r\n"));
}
std::string request(const std::string& method, const std::string& target,
                    const std::string& headers = "", const std::string& body = "") {
  std::string out = method + " " + target + " HTTP/1.1\r\nHost: a\r\n" + headers;
  if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}
bool is_served(const HttpNode& node) { return ask(node, request("GET", "/health")) == 200; }

const std::string slot = "/v1/stackerdbs/" + notes + "/slots/1";

}  // namespace

TEST_CASE("abuse: what is no HTTP gets 400 and no second chance") {
  HttpNode node;
  for (const std::string& text : std::vector<std::string>{
           "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /health\r\n\r\n",
           std::string("\0\1\2\3\r\n\r\n", 8), "GET /health HTTP/1.1\r\nno colon\r\n\r\n",
           "\x16\x03\x01\x02\r\n\r\n", "GET  /health HTTP/1.1\r\n\r\n"}) {
    RawHttp raw{node.port()};
    REQUIRE(raw.send(text));
    const std::string answer = raw.rest();
    INFO(text);
    CHECK(status_of(answer) == 400);
  }
  CHECK(node.refused(Errc::http_malformed) >= 5);
  CHECK(is_served(node));
}

TEST_CASE("abuse: two lengths of one body are refused, as they hide requests") {
  HttpNode node;
  CHECK(ask(node, "POST " + slot +
                      " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n0\r\n\r\n") == 400);
  CHECK(ask(node, "POST " + slot + " HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n") == 400);
  CHECK(ask(node, "POST " + slot +
                      " HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n") ==
        400);
  CHECK(is_served(node));
}

TEST_CASE("abuse: path tricks, unknown methods and queries have their status") {
  HttpNode node;
  const std::vector<std::pair<std::string, int>> all{
      {request("GET", "/../../etc/passwd"), 400},
      {request("GET", "/v1/%2e%2e/health"), 400},
      {request("GET", "//health"), 400},
      {request("GET", "http://elsewhere/health"), 400},
      {request("GET", "/v1/stackerdbs/" + notes + "/slots/99999999999999999999"), 400},
      {request("GET", "/v1/stackerdbs/" + notes + "/slots/-1"), 400},
      {request("GET", "/health?x=1"), 400},
      {request("GET", "/" + std::string(2'000, 'a')), 400},
      {request("GET", "/nowhere"), 404},
      {request("GET", "/v1/stackerdbs/" + notes + "x/slots/1"), 404},
      {request("DELETE", slot), 405},
      {request("TRACE", "/health"), 405},
      {request("POST", "/metrics"), 405}};
  for (const auto& [text, status] : all) {
    INFO(text.substr(0, 80));
    CHECK(ask(node, text) == status);
  }
  CHECK(is_served(node));
}

TEST_CASE(
    "abuse: bodies with wrong types, negative and huge numbers are 400, and the connection goes "
    "on") {
  HttpNode node;
  http::Client client{node.address()};
  const std::string sig = ",\"signature\":\"" + std::string(130, '1') + "\"}";
  for (const std::string& body : std::vector<std::string>{
           "x", "{", "[]", "{}", "{\"version\":-1,\"chunk\":\"00\"" + sig,
           "{\"version\":1e400,\"chunk\":\"00\"" + sig,
           "{\"version\":123456789012345678901234567890,\"chunk\":\"00\"" + sig,
           "{\"version\":\"one\",\"chunk\":\"00\"" + sig, "{\"version\":1,\"chunk\":null" + sig,
           std::string(100'000, '['), "\xff\xfe\xfd", "{\"version\":1,\"chunk\":\"0g\"" + sig}) {
    const auto answer = client.post(slot, body);
    REQUIRE(answer.ok());
    INFO(body.substr(0, 60));
    CHECK(answer->status == 400);
  }
  CHECK(node.refused(Errc::http_body_malformed) == 12);
  CHECK(is_served(node));
}

TEST_CASE("abuse: a body of 10 MB is refused with 413 before it is read, announced or not") {
  HttpNode node;
  const std::size_t before = runtime::resident_kib();
  CHECK(ask(node, "POST " + slot + " HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n") ==
        413);
  {
    RawHttp raw{node.port()};  // Sends all of it all the same; the answer still arrives.
    REQUIRE(raw.send("POST " + slot + " HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n"));
    const std::string part(1'000'000, 'a');
    for (int i = 0; i < 10; ++i) static_cast<void>(raw.send(part));
    CHECK(status_of(raw.until("\r\n\r\n")) == 413);
  }
  {
    RawHttp raw{node.port()};  // Without a length, in chunks.
    REQUIRE(
        raw.send("POST " + slot + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::string part = "100000\r\n" + std::string(0x100000, 'a') + "\r\n";
    for (int i = 0; i < 10; ++i) static_cast<void>(raw.send(part));
    CHECK(status_of(raw.until("\r\n\r\n")) == 413);
  }
  CHECK(ask(node, request("GET", "/health", "", "body")) == 413);
  CHECK(node.refused(Errc::http_body_too_big) == 4);
  CHECK(is_served(node));
  CHECK(runtime::resident_kib() < before + 32 * 1'024);
}

TEST_CASE("abuse: a header of 64 KiB is refused with 431") {
  HttpNode node;
  CHECK(ask(node, request("GET", "/health", "X: " + std::string(65'536, 'a') + "\r\n")) == 431);
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += "H" + std::to_string(i) + ": a\r\n";
  CHECK(ask(node, request("GET", "/health", many)) == 431);
  CHECK(node.refused(Errc::http_header_too_big) == 2);
}

TEST_CASE("abuse: slow headers and slow bodies end after their time, others are served meanwhile") {
  http::ServerConfig config;
  config.header_timeout = milliseconds(300);
  config.body_timeout = milliseconds(300);
  config.idle_timeout = milliseconds(300);
  HttpNode node{config};
  std::vector<std::unique_ptr<RawHttp>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<RawHttp>(node.port()));
    REQUIRE(slow.back()->send(i % 2 == 0 ? "GET /health HT"
                                         : "POST " + slot +
                                               " HTTP/1.1\r\nHost: a\r\n"
                                               "Content-Length: 100\r\n\r\n{"));
  }
  CHECK(is_served(node));
  for (const auto& raw : slow) CHECK(raw->rest().empty());
  CHECK(node.await([&] { return node.refused(Errc::http_too_slow) == 40; }));
  RawHttp idle{node.port()};
  REQUIRE(idle.send(request("GET", "/health")));
  CHECK(status_of(idle.rest()) == 200);  // Answered, then closed when idle for too long.
  CHECK(is_served(node));
}

TEST_CASE("abuse: thousands of idle connections: beyond the limit 503, then room again") {
  http::ServerConfig config;
  config.max_connections = 200;
  config.header_timeout = seconds(60);
  HttpNode node{config};
  const std::size_t before = runtime::resident_kib();
  std::vector<std::unique_ptr<RawHttp>> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(std::make_unique<RawHttp>(node.port()));
  CHECK(node.await([&] { return node.node().picture().server.connections == 200; }));
  std::uint64_t turned_away = 0;
  for (int i = 0; i < 2'000; ++i) {
    RawHttp raw{node.port()};
    turned_away += status_of(raw.rest()) == 503 ? 1 : 0;
  }
  CHECK(turned_away == 2'000);
  CHECK(node.refused(Errc::http_too_many_connections) == 2'000);
  idle.clear();
  CHECK(node.await([&] { return node.node().picture().server.connections == 0; }));
  CHECK(is_served(node));
  CHECK(runtime::resident_kib() < before + 32 * 1'024);
}

TEST_CASE("abuse: streams are limited in number, and a reader that does not read is let go") {
  http::ServerConfig config;
  config.max_watchers = 2;
  config.watcher_bytes = 16'384;
  HttpNode node{config};
  RawHttp one{node.port()};
  RawHttp two{node.port()};
  for (RawHttp* raw : {&one, &two}) {
    REQUIRE(raw->send(request("GET", "/v1/events")));
    CHECK(status_of(raw->until("\r\n\r\n")) == 200);
  }
  CHECK(ask(node, request("GET", "/v1/events")) == 503);
  CHECK(node.refused(Errc::http_too_many_watchers) == 1);
  http::Client writer{node.address()};
  const auto db = notes_db();
  std::uint64_t version = 0;
  CHECK(node.await([&] {
    for (int i = 0; i < 50; ++i) {
      const auto written = writer.post(slot, write_body(db, 1, ++version, {1}).dump());
      if (!written.ok() || written->status != 200) return false;
    }
    return node.refused(Errc::http_watcher_too_slow) == 2;
  }));
  CHECK(is_served(node));
}

TEST_CASE("abuse: requests in one packet are answered in order; HTTP/1.0 is answered and closed") {
  HttpNode node;
  RawHttp raw{node.port()};
  REQUIRE(raw.send(request("GET", "/health") + request("GET", "/nowhere") +
                   request("GET", "/health", "Connection: close\r\n")));
  const std::string answers = raw.rest();
  const std::size_t first = answers.find("HTTP/1.1 200");
  const std::size_t second = answers.find("HTTP/1.1 404");
  const std::size_t third = answers.rfind("HTTP/1.1 200");
  CHECK(first < second);
  CHECK(second < third);
  RawHttp old{node.port()};
  REQUIRE(old.send("GET /health HTTP/1.0\r\n\r\n"));
  CHECK(old.rest().find("200 OK") != std::string::npos);
}

TEST_CASE("abuse: a node that stops lets a request under way end, and closes the rest") {
  auto node = std::make_unique<HttpNode>();
  const std::uint16_t port = node->port();
  RawHttp idle{port};
  RawHttp stream{port};
  REQUIRE(stream.send(request("GET", "/v1/events")));
  CHECK(status_of(stream.until("\r\n\r\n")) == 200);
  node.reset();
  CHECK(idle.rest().empty());
  CHECK(stream.rest().empty());
}
