#include "runtime/store_view.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "actors/agreement_record.hpp"
#include "actors/keygen_records.hpp"
#include "actors/signing_core.hpp"

using namespace quorate;
using namespace quorate::runtime;
using storage::Table;

namespace {

using nlohmann::json;

storage::SnapshotRecord record(Table table, Bytes key, Bytes value) {
  return {table, std::move(key), std::move(value)};
}
template <class... Fields>
Bytes bytes_of(const Fields&... fields) {
  Bytes out;
  Writer writer{out};
  (writer.put(fields), ...);
  return out;
}

const consensus::InstanceId instance{GroupKind::stackers, consensus::Purpose::block, 1,
                                     TermNumber{7},       BlockHeight{42},           2};

storage::Snapshot sample() {
  actors::agreement::PromiseRecord promise;
  promise.current = consensus::View{3, 1};
  promise.view = {4, 0};
  Hash256 id;
  id.bytes[0] = 0xab;
  promise.prepare =
      consensus::Vote{{3, 1}, {consensus::ValueKind::block, id, {BurnHeight{120}, {}}}, {}};
  promise.locks.push_back({promise.prepare->value, {3, 1}});
  actors::signing::LoggedShare share{instance, {3, 1}, {}, {}};
  share.share.index = 5;
  share.share.partial.bytes.fill(0xee);
  const consensus::DbAddress db{{"SP.somewhere"}, 7, {}};
  return {
      "amber",
      {record(Table::election, bytes_of(TermNumber{7}, SetHash{}),
              bytes_of(std::uint32_t{3}, MemberIndex{2})),
       record(Table::agreement, bytes_of(SetHash{}, instance), encode(promise)),
       record(Table::keygen, Bytes(37, 0), Bytes(32, 0xee)),
       record(Table::nonce_log, Bytes(64), encode(share)),
       record(Table::versions, bytes_of(db, consensus::ChunkSlot{9}), encode(ChunkVersion{11})),
       record(Table::chunks, {1}, {2}), record(Table::announcer, {'c'}, encode(std::uint32_t{6}))}};
}

}  // namespace

TEST_CASE("store view: promises are shown in words, tables with counts") {
  auto snapshot = sample();
  snapshot.records[2].key[32] = 2;  // A dealing's randomness.
  const json shown = json::parse(store_as_json(snapshot));
  CHECK(shown["node"] == "amber");
  CHECK(shown["records"] == 7);
  REQUIRE(shown["tables"].size() == 7);
  CHECK(shown["tables"][5]["table"] == "chunks");
  CHECK(shown["tables"][5]["records"] == 1);
  const json& entries = shown["entries"];
  REQUIRE(entries.size() == 6);  // Chunks are counted only.
  CHECK(entries[0]["epoch"] == 3);
  CHECK(entries[0]["granted_member"] == 2);
  CHECK(entries[1]["height"] == 42);
  CHECK(entries[1]["prepared"] == "block ab0000000000 on burn block 120 in view (3,1)");
  CHECK(entries[1]["locks"][0] == entries[1]["prepared"]);
  CHECK(entries[2]["kind"] == "seed");
  CHECK(entries[2]["bytes"] == 32);
  CHECK(entries[3]["nonce"] == 5);
  CHECK(entries[4]["version"] == 11);
  CHECK(entries[5]["announcements_begun"] == 6);

  const std::string text = store_as_text(snapshot);
  CHECK(text.find("Store of amber: 7 records") == 0);
  CHECK(text.find("prepared block ab0000000000 on burn block 120 in view (3,1)") !=
        std::string::npos);
}

TEST_CASE("store view: neither a seed nor a share is in what is shown") {
  auto snapshot = sample();
  snapshot.records[2].key[32] = 2;
  for (const std::string& shown : {store_as_json(snapshot), store_as_text(snapshot)}) {
    CHECK(shown.find("eeeeee") == std::string::npos);
  }
}

TEST_CASE("store view: what cannot be read is shown by its size, never as it stands") {
  storage::Snapshot snapshot{"a\x1b[2Jb", {}};
  for (std::uint8_t table = 1; storage::is_valid(Table{table}); ++table) {
    snapshot.records.push_back(record(Table{table}, {0xff}, {0xff, 0xff}));
  }
  const json shown = json::parse(store_as_json(snapshot));
  CHECK(shown["records"] == 11);
  REQUIRE(shown["entries"].size() == 9);
  for (const json& entry : shown["entries"]) {
    CHECK(entry["unreadable"] == true);
    CHECK(entry["value_bytes"] == 2);
  }
  // Nor does a name reach the terminal as more than letters.
  CHECK(store_as_text(snapshot).find('\x1b') == std::string::npos);
}
