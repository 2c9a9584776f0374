#include "runtime/http/response.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace quorate;
using namespace quorate::http;
using consensus::ChunkSlot;
using Json = nlohmann::json;

namespace {

const std::string notes = "ST000000000000000000002AMW42H.notes";

crypto::SecretKey key() { return crypto::SecretKey::derive("quorate/test-writer", {}); }

consensus::Chunk chunk(std::uint64_t version, Bytes content) {
  return consensus::sign_chunk(7, {{notes}, 1, {}}, ChunkSlot{3}, ChunkVersion{version},
                               SharedBytes{std::move(content)}, key());
}
consensus::ChunkMeta meta(const consensus::Chunk& c) {
  return {c.version, crypto::sha512_256(c.content.bytes.view()), c.signature};
}
Call read(Style style, std::optional<ChunkVersion> version = std::nullopt) {
  return ReadSlot{{notes, std::nullopt}, style, ChunkSlot{3}, version};
}
Call write(Style style) {
  return WriteSlot{{notes, std::nullopt}, style, ChunkSlot{3}, ChunkVersion{1}, {}, {}};
}
messages::WriteJudged judged(std::optional<Errc> refusal, consensus::ChunkMeta standing) {
  messages::WriteJudged out{std::nullopt, standing};
  if (refusal) out.refusal = static_cast<std::uint16_t>(*refusal);
  return out;
}

}  // namespace

TEST_CASE("response: a read is the specification's struct") {
  const auto held = chunk(258, {0xab, 0xcd});
  const auto out = render(read(Style::own), messages::SlotShown{held, key().public_key()});
  CHECK(out.status == 200);
  const Json body = Json::parse(out.text());
  CHECK(body == Json{{"chunk", "abcd"},
                     {"version", "0x000000000000000102"},
                     {"public_key", to_hex(key().public_key())}});
}

TEST_CASE("response: a slot never written reads as version 0 and an empty chunk") {
  consensus::Chunk nothing;
  nothing.db = {{notes}, 1, {}};
  const auto out = render(read(Style::own), messages::SlotShown{nothing, {}});
  const Json body = Json::parse(out.text());
  CHECK(body["chunk"] == "");
  CHECK(body["version"] == "0x000000000000000000");
}

TEST_CASE("response: the raw route answers the content itself, of the version asked for only") {
  const messages::SlotShown shown{chunk(2, {1, 2, 3}), key().public_key()};
  for (const auto& call : {read(Style::legacy), read(Style::legacy, ChunkVersion{2})}) {
    const auto out = render(call, shown);
    CHECK(out.status == 200);
    CHECK(out.type == "application/octet-stream");
    CHECK(out.text() == std::string_view("\1\2\3", 3));
    CHECK(out.content->view().data() == shown.chunk.content.bytes.view().data());  // No copy.
  }
  const auto other = render(read(Style::legacy, ChunkVersion{1}), shown);
  CHECK(other.status == 404);
  CHECK(Json::parse(other.text())["error"] == name_of(Errc::no_such_version));
}

TEST_CASE("response: an accepted write carries the slot's metadata on both routes") {
  const auto held = chunk(2, {1});
  const auto own = render(write(Style::own), judged(std::nullopt, meta(held)));
  CHECK(own.status == 200);
  const Json shown = Json::parse(own.text());
  CHECK(shown["accepted"] == true);
  CHECK(shown["metadata"]["version"] == 2);
  const auto legacy = render(write(Style::legacy), judged(std::nullopt, meta(held)));
  CHECK(legacy.status == 200);
  CHECK(Json::parse(legacy.text()) == Json{{"accepted", true},
                                           {"metadata",
                                            {{"slot_id", 3},
                                             {"slot_version", 2},
                                             {"data_hash", to_hex(meta(held).content_hash)},
                                             {"signature", to_hex(held.signature)}}}});
}

TEST_CASE("response: a refused write is 403 with the reason, and 200 with a code for old clients") {
  const std::vector<std::pair<Errc, unsigned>> codes{
      {Errc::stale_version, 0}, {Errc::weak_hash, 0},       {Errc::no_such_slot, 1},
      {Errc::bad_signer, 2},    {Errc::chunk_too_big, 3},   {Errc::write_too_fast, 4},
      {Errc::version_zero, 5},  {Errc::chunk_is_garbage, 6}};
  for (const auto& row : codes) {
    const auto [reason, code] = row;
    INFO(name_of(row.first));
    const auto own = render(write(Style::own), judged(reason, {}));
    CHECK(own.status == 403);
    const Json shown = Json::parse(own.text());
    CHECK(shown["accepted"] == false);
    CHECK(shown["code"] == code);
    CHECK(shown["reason"] == name_of(reason));
    const auto legacy = render(write(Style::legacy), judged(reason, {}));
    CHECK(legacy.status == 200);
    const Json told = Json::parse(legacy.text());
    CHECK(told["accepted"] == false);
    CHECK(told["code"] == code);
    CHECK(Json::parse(told["reason"].get<std::string>())["code"] == code);
  }
}

TEST_CASE("response: what is not there is 404, a disk that refuses is 503") {
  CHECK(render(write(Style::own), judged(Errc::no_such_db, {})).status == 404);
  CHECK(render(write(Style::legacy), judged(Errc::no_such_db, {})).status == 404);
  CHECK(render(write(Style::own), judged(Errc::generation_closed, {})).status == 404);
  for (const Errc disk : {Errc::store_full, Errc::store_read_only}) {
    CHECK(render(write(Style::own), judged(disk, {})).status == 503);
    CHECK(render(write(Style::legacy), judged(disk, {})).status == 503);
  }
  const messages::SlotRefused refused{static_cast<std::uint16_t>(Errc::no_such_slot)};
  CHECK(render(read(Style::own), refused).status == 404);
}

TEST_CASE("response: each HTTP refusal has its status") {
  const std::vector<std::pair<Errc, unsigned>> all{
      {Errc::http_malformed, 400},         {Errc::http_bad_path, 400},
      {Errc::http_bad_query, 400},         {Errc::http_body_malformed, 400},
      {Errc::http_no_such_route, 404},     {Errc::http_method_not_allowed, 405},
      {Errc::http_too_slow, 408},          {Errc::http_body_too_big, 413},
      {Errc::http_header_too_big, 431},    {Errc::http_too_many_connections, 503},
      {Errc::http_too_many_watchers, 503}, {Errc::http_busy, 503},
      {Errc::http_role_silent, 504},       {Errc::actor_fault, 500}};
  for (const auto& row : all) {
    const auto [code, status] = row;
    INFO(name_of(row.first));
    const auto out = refusal(code);
    CHECK(out.status == status);
    CHECK(Json::parse(out.text())["error"] == name_of(code));
  }
  CHECK(refusal({Errc::http_bad_query, "\xff\xfe"}).text().find("error") != std::string::npos);
}

TEST_CASE("response: slots are listed in both manners") {
  const auto held = chunk(2, {1, 2});
  messages::SlotsShown shown;
  shown.array.db = held.db;
  shown.array.slots = 2;
  shown.slots.push_back({key().public_key(), {}, 0, 100, 5});
  shown.slots.push_back({key().public_key(), meta(held), 2, 100, 5});
  const auto legacy = Json::parse(render(ListSlots{{notes, {}}, Style::legacy}, shown).text());
  REQUIRE(legacy.size() == 2);
  CHECK(legacy[0]["slot_version"] == 0);
  CHECK(legacy[0]["data_hash"] == std::string(64, '0'));
  CHECK(legacy[0]["signature"] == std::string(130, '0'));
  CHECK(legacy[1]["slot_id"] == 1);
  const auto own = Json::parse(render(ListSlots{{notes, {}}, Style::own}, shown).text());
  CHECK(own["contract"] == notes);
  CHECK(own["slot"][1]["owner"] == to_hex(key().public_key()));
  CHECK(own["slot"][1]["chunk_bytes"] == 100);
}

TEST_CASE("response: peers' inventories say where they differ, or what a slot is there") {
  messages::HoldingsShown shown;
  shown.db = {{notes}, 1, {}};
  shown.own.resize(3);
  shown.own[1].version = ChunkVersion{4};
  messages::Holding peer{messages::PeerId{9}, {}};
  peer.entries.resize(3);
  peer.entries[2].version = ChunkVersion{1};
  shown.peers.push_back(peer);
  const Json all = Json::parse(render(ListHoldings{{notes, {}}, std::nullopt}, shown).text());
  CHECK(all["peers"][0]["lacks"] == 1);
  CHECK(all["peers"][0]["has_newer"] == 1);
  CHECK(all["peers"][0]["slots"].size() == 2);
  const Json one = Json::parse(render(ListHoldings{{notes, {}}, ChunkSlot{1}}, shown).text());
  CHECK(one["own"]["version"] == 4);
  CHECK(one["peers"][0]["slots"][0]["version"] == 0);
  CHECK(render(ListHoldings{{notes, {}}, ChunkSlot{3}}, shown).status == 404);
}

TEST_CASE("response: evidence shows both chunks and whose they are") {
  messages::EvidenceShown shown;
  shown.db = {{notes}, 1, {}};
  shown.pairs.push_back({key().public_key(), chunk(1, {1}), chunk(1, {2})});
  const Json body = Json::parse(render(ListEvidence{{notes, {}}, {}}, shown).text());
  CHECK(body["evidence"][0]["first"]["chunk"] == "01");
  CHECK(body["evidence"][0]["second"]["chunk"] == "02");
  CHECK(body["evidence"][0]["owner"] == to_hex(key().public_key()));
}

TEST_CASE("response: an event is three lines and an empty one") {
  const std::string text = event_text(5, chunk(2, {1}));
  CHECK(text.find("id: 5\nevent: chunk\ndata: {") == 0);
  CHECK(text.substr(text.size() - 2) == "\n\n");
  const Json data = Json::parse(text.substr(text.find("data: ") + 6));
  CHECK(data["slot"] == 3);
  CHECK(data["bytes"] == 1);
}
