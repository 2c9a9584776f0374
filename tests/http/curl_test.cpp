// The routes as an ordinary HTTP client sees them.
#include <filesystem>
#include <fstream>

#include "tests/http/http_stage.hpp"

using namespace quorate;
using namespace quorate::stage;

namespace {

struct Fetched {
  int status{};
  std::string body;
  std::string head;
};

/// Runs curl; the body of a request comes from a file, so that nothing has to be quoted.
class Curl {
 public:
  Curl() {
    std::string pattern = (std::filesystem::temp_directory_path() / "quorate-curl-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    dir_ = pattern;
  }
  ~Curl() {
    std::error_code failed;
    std::filesystem::remove_all(dir_, failed);
  }
  [[nodiscard]] Fetched run(const std::string& arguments, const std::string& url) const {
    int code = 0;
    Fetched out;
    const std::string status =
        output_of("curl -s --max-time 20 -o " + dir_ + "/body -D " + dir_ +
                      "/head -w '%{http_code}' " + arguments + " '" + url + "'",
                  code);
    REQUIRE(code == 0);
    out.status = std::stoi(status);
    out.body = text_of("/body");
    out.head = text_of("/head");
    return out;
  }
  [[nodiscard]] Fetched get(const std::string& url) const { return run("", url); }
  [[nodiscard]] Fetched post(const std::string& url, const std::string& body) const {
    std::ofstream{dir_ + "/send", std::ios::binary} << body;
    return run("--data-binary @" + dir_ + "/send -H 'Content-Type: application/json'", url);
  }
  [[nodiscard]] const std::string& dir() const { return dir_; }

 private:
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(dir_ + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string dir_;
};

}  // namespace

TEST_CASE("curl: write and read as the specification has it") {
  REQUIRE(has_program("curl"));
  const Curl curl;
  HttpNode node;
  const auto db = notes_db();
  const std::string slot = node.url("/v1/stackerdbs/" + notes + "/slots/3");
  const auto fresh = curl.get(slot);
  CHECK(fresh.status == 200);
  CHECK(Json::parse(fresh.body)["version"] == "0x000000000000000000");
  CHECK(Json::parse(fresh.body)["chunk"] == "");

  const auto written = curl.post(slot, write_body(db, 3, 1, {0xab, 0xcd}).dump());
  INFO(written.body);
  CHECK(written.status == 200);
  CHECK(Json::parse(written.body)["accepted"] == true);
  const auto read = curl.get(slot);
  CHECK(Json::parse(read.body) == Json{{"chunk", "abcd"},
                                       {"version", "0x000000000000000001"},
                                       {"public_key", to_hex(writer_key().public_key())}});
  CHECK(read.head.find("Access-Control-Allow-Origin: *") != std::string::npos);

  const auto again = curl.post(slot, write_body(db, 3, 1, {0xab, 0xcd}).dump());
  CHECK(again.status == 200);  // The identical chunk: idempotent.
  CHECK(curl.post(slot, write_body(db, 3, 2, {1}).dump()).status == 200);
  const auto stale = curl.post(slot, write_body(db, 3, 1, {9}).dump());
  CHECK(stale.status == 403);
  const Json why = Json::parse(stale.body);
  CHECK(why["accepted"] == false);
  CHECK(why["reason"] == "stale_version");
  CHECK(why["metadata"]["version"] == 2);
  Json forged = write_body(db, 3, 3, {9});
  forged["version"] = 4;
  CHECK(Json::parse(curl.post(slot, forged.dump()).body)["reason"] == "bad_signer");
  CHECK(curl.get(node.url("/v1/stackerdbs/" + notes + "/slots/8")).status == 404);
}

TEST_CASE("curl: the routes of deployed nodes answer as a client of theirs expects") {
  REQUIRE(has_program("curl"));
  const Curl curl;
  HttpNode node{{}, notes_db(4, consensus::ChunkDigest::legacy)};
  const std::string base = node.url("/v2/stackerdb/ST000000000000000000002AMW42H/notes");
  const auto list = curl.get(base);
  REQUIRE(list.status == 200);
  const Json slots = Json::parse(list.body);
  REQUIRE(slots.size() == 4);
  CHECK(slots[0] == Json{{"slot_id", 0},
                         {"slot_version", 0},
                         {"data_hash", std::string(64, '0')},
                         {"signature", std::string(130, '0')}});
  const auto written = curl.post(base + "/chunks", legacy_body(2, 1, {1, 2, 3}).dump());
  REQUIRE(written.status == 200);
  const Json ack = Json::parse(written.body);
  CHECK(ack["accepted"] == true);
  CHECK(ack["metadata"]["slot_version"] == 1);
  CHECK_FALSE(ack.contains("reason"));
  CHECK_FALSE(ack.contains("code"));
  for (const std::string path : {"/2", "/2/1"}) {
    const auto raw = curl.get(base + path);
    CHECK(raw.status == 200);
    CHECK(raw.body == std::string("\1\2\3"));
    CHECK(raw.head.find("Content-Type: application/octet-stream") != std::string::npos);
  }
  CHECK(curl.get(base + "/2/2").status == 404);
  CHECK(curl.get(base + "/4").status == 404);
  CHECK(curl.post(base + "/chunks", legacy_body(2, 2, {4}).dump()).status == 200);
  // Version race: 200, code 0 and what stands there; the next version is then accepted.
  const Json raced = Json::parse(curl.post(base + "/chunks", legacy_body(2, 1, {5}).dump()).body);
  CHECK(raced["accepted"] == false);
  CHECK(raced["code"] == 0);
  const auto standing = raced["metadata"]["slot_version"].get<std::uint32_t>();
  CHECK(standing == 2);
  CHECK(Json::parse(curl.post(base + "/chunks", legacy_body(2, standing + 1, {5}).dump())
                        .body)["accepted"] == true);
  const Json replicas = Json::parse(curl.get(base + "/replicas").body);
  REQUIRE(replicas.size() == 1);
  CHECK(replicas[0]["ip"] == "127.0.0.1");
  CHECK(replicas[0]["port"] == node.as_peer().address.port);
  CHECK(replicas[0]["public_key_hash"].get<std::string>().size() == 40);
  CHECK(curl.get(node.url("/v2/stackerdb/ST000000000000000000002AMW42H/other")).status == 404);
  CHECK(curl.get(node.url("/v2/stackerdb/ST000000000000000000002AMW42H/other/replicas")).status ==
        404);
}

TEST_CASE("curl: lists, evidence, health, readiness; what a browser may do") {
  REQUIRE(has_program("curl"));
  const Curl curl;
  HttpNode node;
  const auto db = notes_db();
  const std::string slot = node.url("/v1/stackerdbs/" + notes + "/slots/0");
  CHECK(curl.get(node.url("/health")).body == "{\"alive\":true}\n");
  CHECK(node.await([&] { return curl.get(node.url("/ready")).status == 200; }));
  CHECK(curl.post(slot, write_body(db, 0, 1, {1}).dump()).status == 200);
  static_cast<void>(curl.post(slot, write_body(db, 0, 1, {2}).dump()));
  const Json evidence =
      Json::parse(curl.get(node.url("/v1/stackerdbs/" + notes + "/evidence?slot=0")).body);
  REQUIRE(evidence["evidence"].size() == 1);
  CHECK(evidence["evidence"][0]["owner"] == to_hex(writer_key().public_key()));
  const Json list = Json::parse(curl.get(node.url("/v1/stackerdbs/" + notes)).body);
  CHECK(list["slot"].size() == 8);
  CHECK(list["current"] == true);
  CHECK(list["digest"] == "bound");
  const Json peers = Json::parse(curl.get(node.url("/v1/stackerdbs/" + notes + "/peers")).body);
  CHECK(peers["peers"].empty());
  CHECK(node.await([&] {
    return !Json::parse(curl.get(node.url("/v1/stackerdbs")).body)["stackerdbs"].empty();
  }));
  const auto preflight = curl.run("-X OPTIONS -H 'Origin: http://a' ", slot);
  CHECK(preflight.status == 204);
  CHECK(preflight.head.find("Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS") !=
        std::string::npos);
  const auto head = curl.run("-I", slot);
  CHECK(head.status == 200);
  CHECK(head.head.find("Content-Length: ") != std::string::npos);
}

TEST_CASE("curl: a chunk of 2 MiB goes in and comes out") {
  REQUIRE(has_program("curl"));
  const Curl curl;
  HttpNode node;
  const Bytes content(consensus::max_chunk_bytes, 0x5a);
  const std::string slot = node.url("/v1/stackerdbs/" + notes + "/slots/0");
  CHECK(curl.post(slot, write_body(notes_db(), 0, 1, content).dump()).status == 200);
  const auto raw = curl.get(node.url("/v2/stackerdb/ST000000000000000000002AMW42H/notes/0"));
  CHECK(raw.body == std::string(content.begin(), content.end()));
}

TEST_CASE("curl: a stream tells of each accepted chunk once, of the contract asked for") {
  REQUIRE(has_program("curl"));
  HttpNode node;
  http::Client writer{node.address()};
  RawHttp stream{node.port()};
  REQUIRE(stream.send("GET /v1/events?contract=" + notes + " HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(stream.until("\r\n\r\n").find("text/event-stream") != std::string::npos);
  RawHttp other{node.port()};
  REQUIRE(other.send("GET /v1/events?contract=" + notes + "2 HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(other.until("\r\n\r\n").find("200 OK") != std::string::npos);
  for (std::uint64_t version = 1; version <= 3; ++version) {
    const auto written = writer.post("/v1/stackerdbs/" + notes + "/slots/1",
                                     write_body(notes_db(), 1, version, {1}).dump());
    REQUIRE(written.ok());
    CHECK(written->status == 200);
  }
  const std::string events = stream.until("\"version\":3");
  CHECK(events.find("\"version\":1") < events.find("\"version\":2"));
  CHECK(events.find("id: 1\n") != std::string::npos);
  // curl reads the same stream.
  int code = 0;
  const std::string read = output_of(
      "curl -s -N --max-time 2 '" + node.url("/v1/events") + "' -o /dev/null -w '%{http_code}'",
      code);
  CHECK(code == 28);  // It goes on until curl has enough.
  CHECK(read == "200");
}

TEST_CASE("curl: the metrics are what Prometheus reads") {
  REQUIRE(has_program("curl"));
  const Curl curl;
  HttpNode node;
  const std::string slot = node.url("/v1/stackerdbs/" + notes + "/slots/0");
  CHECK(curl.post(slot, write_body(notes_db(), 0, 1, {1}).dump()).status == 200);
  CHECK(curl.post(slot, write_body(notes_db(), 0, 1, {2}).dump()).body.size() > 0);
  CHECK(curl.get(node.url("/nowhere")).status == 404);
  const std::string wanted = "quorate_replica_client_writes_total{db=\"" + notes + "\"}";
  CHECK(node.await(
      [&] { return curl.get(node.url("/metrics")).body.find(wanted) != std::string::npos; }));
  const auto metrics = curl.get(node.url("/metrics"));
  CHECK(metrics.head.find("text/plain; version=0.0.4") != std::string::npos);
  CHECK(metrics.body.find("quorate_http_answers_total{status=\"404\"} 1") != std::string::npos);
  if (!has_program("promtool")) {
    MESSAGE("SKIPPED: promtool is not installed, so its check of the metrics did not run");
    return;
  }
  std::ofstream{curl.dir() + "/metrics"} << metrics.body;
  int code = 0;
  const std::string verdict =
      output_of("promtool check metrics < " + curl.dir() + "/metrics 2>&1", code);
  INFO(verdict);
  CHECK(code == 0);
}
