#include "runtime/http/call.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::http;
using consensus::ChunkSlot;

namespace {

const std::string notes = "ST000000000000000000002AMW42H.notes";
const std::string own = "/v1/stackerdbs/" + notes;
const std::string legacy = "/v2/stackerdb/ST000000000000000000002AMW42H/notes";
const std::string signature(130, '1');

template <class T>
T get(const std::string& target) {
  const auto call = parse_call(Method::get, target, "");
  INFO(target);
  REQUIRE_MESSAGE(call.ok(), call.error().message());
  REQUIRE(std::holds_alternative<T>(*call));
  return std::get<T>(*call);
}
Errc refused(Method method, const std::string& target, std::string_view body = "") {
  const auto call = parse_call(method, target, body);
  INFO(target, " ", body);
  REQUIRE_FALSE(call.ok());
  return call.code();
}
Errc bad_write(const std::string& body) { return refused(Method::post, own + "/slots/1", body); }

}  // namespace

TEST_CASE("call: every path means what the documentation says") {
  get<Health>("/health");
  get<Ready>("/ready");
  get<Metrics>("/metrics");
  get<ListArrays>("/v1/stackerdbs");
  CHECK(get<ListSlots>(own) == ListSlots{{notes, std::nullopt}, Style::own});
  CHECK(get<ListSlots>(own + "?generation=7") == ListSlots{{notes, 7}, Style::own});
  CHECK(get<ReadSlot>(own + "/slots/4294967295") ==
        ReadSlot{{notes, std::nullopt}, Style::own, ChunkSlot{4294967295}, std::nullopt});
  CHECK(get<ListHoldings>(own + "/peers?slot=3") ==
        ListHoldings{{notes, std::nullopt}, ChunkSlot{3}});
  CHECK(get<ListEvidence>(own + "/evidence?generation=2&slot=3") ==
        ListEvidence{{notes, 2}, ChunkSlot{3}});
  CHECK(get<Watch>("/v1/events") == Watch{});
  CHECK(get<Watch>("/v1/events?contract=" + notes) == Watch{notes});
  CHECK(get<ListSlots>(legacy) == ListSlots{{notes, std::nullopt}, Style::legacy});
  CHECK(get<ReadSlot>(legacy + "/5") ==
        ReadSlot{{notes, std::nullopt}, Style::legacy, ChunkSlot{5}, std::nullopt});
  CHECK(get<ReadSlot>(legacy + "/5/9") ==
        ReadSlot{{notes, std::nullopt}, Style::legacy, ChunkSlot{5}, ChunkVersion{9}});
  CHECK(get<ListReplicas>(legacy + "/replicas") == ListReplicas{{notes, std::nullopt}});
  CHECK(parse_call(Method::options, "/whatever/../it/is", "").ok());
  CHECK(parse_call(Method::head, "/health", "").ok());
}

TEST_CASE("call: an address in any case names the same contract") {
  CHECK(get<ListSlots>("/v1/stackerdbs/st000000000000000000002amw42h.notes").place.contract ==
        notes);
}

TEST_CASE("call: paths that hide something are refused before they are looked up") {
  const std::vector<std::string> bad{"",
                                     "health",
                                     "//health",
                                     "/./health",
                                     "/v1/../health",
                                     "/v1/stackerdbs/",
                                     "/health/",
                                     "/%68ealth",
                                     "/v1/stackerdbs/a%2f..%2fb",
                                     "/health\\",
                                     std::string("/health\0", 8),
                                     "/h\xc3\xa9",
                                     own + "/slots/-1",
                                     own + "/slots/4294967296",
                                     own + "/slots/0x1",
                                     own + "/slots/1e3",
                                     "/v1/stackerdbs/notes",
                                     "/v1/stackerdbs/ST000000000000000000002AMW42H",
                                     "/v1/stackerdbs/ST000000000000000000002AMW42H.",
                                     "/v1/stackerdbs/ST000000000000000000002AMW42J.notes",
                                     legacy + "/5/-9",
                                     "/" + std::string(max_target_bytes, 'a')};
  for (const std::string& target : bad) CHECK(refused(Method::get, target) == Errc::http_bad_path);
  for (const std::string target : {"/", "/healthy", "/v1", "/v1/other", "/v2/stackerdb",
                                   "/v2/stackerdb/a", "/a/b/c/d/e/f/g/h/i/j"}) {
    const Errc code = refused(Method::get, target);
    CHECK((code == Errc::http_no_such_route || (target == "/" && code == Errc::http_bad_path)));
  }
  CHECK(refused(Method::get, own + "/other") == Errc::http_no_such_route);
  CHECK(refused(Method::get, own + "/slots") == Errc::http_no_such_route);
}

TEST_CASE("call: a path's longest form is taken, one byte more is not") {
  std::string target = "/health?";
  CHECK(parse_call(Method::get, target, "").ok());  // An empty query.
  target += std::string(max_target_bytes - target.size(), 'a');
  CHECK(refused(Method::get, target) == Errc::http_bad_query);
  CHECK(refused(Method::get, target + "a") == Errc::http_bad_path);
}

TEST_CASE("call: queries are known keys once each, with whole numbers") {
  for (const std::string query :
       {"?generation=-1", "?generation=", "?generation=1.5", "?generation=18446744073709551616",
        "?generation=1&generation=2", "?slot=1", "?generation", "?=1", "?a b=1",
        "?generation slot=1"}) {
    CHECK(refused(Method::get, own + query) == Errc::http_bad_query);
  }
  CHECK(refused(Method::get, "/health?x=1") == Errc::http_bad_query);
  CHECK(refused(Method::get, "/v1/events?contract=x") == Errc::http_bad_query);
  CHECK(refused(Method::get, legacy + "?generation=1") == Errc::http_bad_query);
}

TEST_CASE("call: methods that a path does not take are refused, with those it takes") {
  CHECK(refused(Method::post, "/health") == Errc::http_method_not_allowed);
  CHECK(refused(Method::other, own + "/slots/1") == Errc::http_method_not_allowed);
  CHECK(refused(Method::get, legacy + "/chunks") == Errc::http_method_not_allowed);
  CHECK(parse_call(Method::other, "/health", "").error().detail == "GET or HEAD");
}

TEST_CASE("call: a write in the specification's manner") {
  const auto call =
      parse_call(Method::post, own + "/slots/6?generation=2",
                 R"({"version":3,"chunk":"00FFab","signature":")" + signature + R"("})");
  REQUIRE(call.ok());
  const auto& write = std::get<WriteSlot>(*call);
  CHECK(write.place == Place{notes, 2});
  CHECK(write.slot == ChunkSlot{6});
  CHECK(write.version == ChunkVersion{3});
  CHECK(write.content.get() == Bytes{0x00, 0xff, 0xab});
  CHECK(to_hex(write.signature) == signature);
}

TEST_CASE("call: a write in the manner of deployed nodes; unknown keys are left alone there") {
  const auto call = parse_call(
      Method::post, legacy + "/chunks",
      R"({"slot_id":6,"slot_version":3,"sig":")" + signature + R"(","data":"ab","more":[1]})");
  REQUIRE(call.ok());
  const auto& write = std::get<WriteSlot>(*call);
  CHECK(write.style == Style::legacy);
  CHECK(write.slot == ChunkSlot{6});
  CHECK(write.version == ChunkVersion{3});
  CHECK(refused(Method::post, legacy + "/chunks",
                R"({"slot_id":6,"slot_version":4294967296,"sig":")" + signature +
                    R"(","data":"ab"})") == Errc::http_body_malformed);
}

TEST_CASE("call: bodies that are not the JSON that is taken are refused by name") {
  const std::string sig = R"("signature":")" + signature + R"(")";
  for (const std::string& body :
       std::vector<std::string>{"",
                                "{",
                                "[]",
                                "null",
                                "nonsense",
                                "{\"version\":1",
                                R"({"version":1,"chunk":"00"})",
                                R"({"version":-1,"chunk":"00",)" + sig + "}",
                                R"({"version":1.0,"chunk":"00",)" + sig + "}",
                                R"({"version":1e2,"chunk":"00",)" + sig + "}",
                                R"({"version":18446744073709551616,"chunk":"00",)" + sig + "}",
                                R"({"version":"1","chunk":"00",)" + sig + "}",
                                R"({"version":true,"chunk":"00",)" + sig + "}",
                                R"({"version":null,"chunk":"00",)" + sig + "}",
                                R"({"version":1,"chunk":"0",)" + sig + "}",
                                R"({"version":1,"chunk":"zz",)" + sig + "}",
                                R"({"version":1,"chunk":5,)" + sig + "}",
                                R"({"version":1,"chunk":["00"],)" + sig + "}",
                                R"({"version":1,"chunk":"00","extra":1,)" + sig + "}",
                                R"({"version":1,"chunk":"00","signature":"11"})",
                                R"({"version":1,"chunk":"00","signature":7})",
                                R"({"version":1,"chunk":"00",)" + sig + "} trailing"}) {
    CHECK(bad_write(body) == Errc::http_body_malformed);
  }
}

TEST_CASE("call: a chunk of the largest size is read, one byte more is not") {
  const std::string tail = R"(","signature":")" + signature + R"("})";
  const std::string head = R"({"version":1,"chunk":")";
  const std::string largest(2 * consensus::max_chunk_bytes, 'a');
  CHECK(parse_call(Method::post, own + "/slots/1", head + largest + tail).ok());
  CHECK(head.size() + largest.size() + tail.size() <= max_body_bytes);
  CHECK(bad_write(head + largest + "aa" + tail) == Errc::http_body_malformed);
}

TEST_CASE("call: JSON deeper than any document here is refused, however deep") {
  for (const std::size_t depth : {max_json_depth + 1, std::size_t{100'000}}) {
    const std::string body =
        R"({"version":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    CHECK(bad_write(body) == Errc::http_body_malformed);
  }
}

TEST_CASE("call: versions in all three ways they are written") {
  CHECK(version_text(ChunkVersion{0}) == "0x000000000000000000");
  CHECK(version_text(ChunkVersion{258}) == "0x000000000000000102");
  CHECK(parse_version("0x000000000000000102").value() == ChunkVersion{258});
  CHECK(parse_version("000000000000000102").value() == ChunkVersion{258});
  CHECK(parse_version("0x0100000000000000000000000000000102").value() == ChunkVersion{258});
  for (const char* text : {"", "0x", "0x0102", "0x010000000000000102", "258",
                           "0x0100000000000000010000000000000102", "0x00000000000000010g"}) {
    CHECK(parse_version(text).code() == Errc::http_body_malformed);
  }
}

TEST_CASE("call: only writes may have a body") {
  CHECK(body_limit(Method::get, own) == 0);
  CHECK(body_limit(Method::post, "/health") == 0);
  CHECK(body_limit(Method::post, own + "/slots/1") == max_body_bytes);
  CHECK(body_limit(Method::post, legacy + "/chunks") == max_body_bytes);
}
