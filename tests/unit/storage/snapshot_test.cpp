#include "storage/snapshot.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "storage/memory_store.hpp"

using namespace quorate;
using namespace quorate::storage;

namespace {

Snapshot sample() {
  return {"amber", {{Table::nonce_log, {1, 2}, {3}}, {Table::announcer, {'c'}, {}}}};
}

/// Where the content begins: magic, schema, digest.
constexpr std::size_t content_at = 8 + 4 + 32;

/// The sample's content after a change, with the header that belongs to it.
template <class Change>
Bytes changed(Change change) {
  const Bytes good = encode_snapshot(sample());
  Bytes content(good.begin() + content_at, good.end());
  change(content);
  return with_snapshot_header(content);
}

struct Scratch {
  std::string path{"snapshot_test.tmp"};
  ~Scratch() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("snapshot: what a store holds is found again, in order of table and key") {
  MemoryStore store;
  const RecordWrite batch[] = {{Table::keys, {9}, Bytes(1'000, 7)},
                               {Table::election, {2}, Bytes{}},
                               {Table::election, {1}, Bytes{5}}};
  REQUIRE(store.commit(batch).ok());
  const auto taken = take_snapshot(store, "amber");
  REQUIRE(taken.ok());
  REQUIRE(taken->records.size() == 3);
  CHECK(taken->records[0] == SnapshotRecord{Table::election, {1}, {5}});
  CHECK(taken->records[1] == SnapshotRecord{Table::election, {2}, {}});
  CHECK(taken->records[2].table == Table::keys);
  CHECK(decode_snapshot(encode_snapshot(*taken)).value() == *taken);
  const Snapshot empty;
  CHECK(decode_snapshot(encode_snapshot(empty)).value() == empty);
}

TEST_CASE("snapshot: golden encoding") {
  CHECK(to_hex(encode_snapshot(sample())) ==
        "71756f7261746553"                                                  // magic
        "00000001"                                                          // schema
        "1c8d8cc9a0ed7439e655ccd59768ad4dbd048d5722ae77de2e09bcaf7f3e8395"  // SHA-256
        "01"                          // the archive's numbers are little-endian
        "0500000000000000616d626572"  // the node's name
        "0200000000000000"            // two records
        "04020000000000000001020100000000000000"
        "03"
        "0b0100000000000000630000000000000000");
}

TEST_CASE("snapshot: every table has its name") {
  CHECK(name_of(Table::election) == "election");
  CHECK(name_of(Table::nonce_log) == "nonce_log");
  CHECK(name_of(Table::announcer) == "announcer");
}

TEST_CASE("snapshot: every malformed file is refused by name") {
  const Bytes good = encode_snapshot(sample());
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = decode_snapshot(ByteView{good}.first(size));
    REQUIRE_FALSE(cut.ok());
    CHECK(cut.code() == (size < content_at ? Errc::truncated : Errc::store_corrupt));
  }
  Bytes bad = good;
  bad[0] ^= 1;
  CHECK(decode_snapshot(bad).code() == Errc::store_foreign);
  for (const std::uint8_t schema : {0, 2}) {
    bad = good;
    bad[11] = schema;
    CHECK(decode_snapshot(bad).code() == Errc::store_schema_unknown);
  }
  for (const std::size_t at : {std::size_t{12}, good.size() - 1}) {
    bad = good;
    bad[at] ^= 1;
    CHECK(decode_snapshot(bad).code() == Errc::store_corrupt);
  }
}

TEST_CASE("snapshot: behind a true digest, too") {
  CHECK(decode_snapshot(changed([](Bytes&) {})).value() == sample());
  CHECK(decode_snapshot(with_snapshot_header({})).code() == Errc::truncated);
  CHECK(decode_snapshot(changed([](Bytes& c) { c[0] = 0; })).code() == Errc::bad_flag);
  CHECK(decode_snapshot(changed([](Bytes& c) { c[0] = 2; })).code() == Errc::bad_flag);
  CHECK(decode_snapshot(changed([](Bytes& c) { c.push_back(0); })).code() == Errc::trailing_bytes);
  // The first record's table stands behind flag, name and count.
  constexpr std::size_t table_at = 1 + 8 + 5 + 8;
  for (const std::uint8_t table : {0, 12}) {
    CHECK(decode_snapshot(changed([&](Bytes& c) { c[table_at] = table; })).code() ==
          Errc::bad_enum);
  }
  CHECK(decode_snapshot(changed([&](Bytes& c) { c[table_at] = 11; })).ok());
  // Equal tables: now the keys decide, and these are the other way round.
  CHECK(decode_snapshot(changed([&](Bytes& c) {
          c[table_at] = 11;
          c[table_at + 9] = 'd';
        })).code() == Errc::store_corrupt);
  for (std::size_t size = 1; size < encode_snapshot(sample()).size() - content_at; ++size) {
    const auto cut = decode_snapshot(changed([&](Bytes& c) { c.resize(size); }));
    REQUIRE_FALSE(cut.ok());
    CHECK((cut.code() == Errc::truncated || cut.code() == Errc::length_out_of_bounds));
  }
}

TEST_CASE("snapshot: no length makes anybody allocate what is not there") {
  const auto with_number = [](std::size_t at, std::uint64_t number) {
    return changed([&](Bytes& c) {
      for (int i = 0; i < 8; ++i) c[at + i] = static_cast<std::uint8_t>(number >> (8 * i));
    });
  };
  constexpr std::size_t name_at = 1;
  constexpr std::size_t count_at = name_at + 8 + 5;
  constexpr std::size_t key_at = count_at + 8 + 1;
  for (const std::uint64_t number : {~std::uint64_t{0}, std::uint64_t{1} << 40}) {
    for (const std::size_t at : {name_at, count_at, key_at}) {
      CHECK(decode_snapshot(with_number(at, number)).code() == Errc::length_out_of_bounds);
    }
  }
  CHECK_FALSE(decode_snapshot(with_number(count_at, 3)).ok());
  CHECK(decode_snapshot(with_number(count_at, 1)).code() == Errc::trailing_bytes);
}

TEST_CASE("snapshot: a file is its owner's alone, and what cannot be opened is named") {
  const Scratch file;
  REQUIRE(write_snapshot(file.path, sample()).ok());
  CHECK(read_snapshot(file.path).value() == sample());
  namespace fs = std::filesystem;
  CHECK(fs::status(file.path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  std::ofstream(file.path, std::ios::binary | std::ios::app) << "x";
  CHECK(read_snapshot(file.path).error() == Error{Errc::store_corrupt, file.path});
  CHECK(read_snapshot("no/such/file").code() == Errc::cannot_read_file);
  CHECK(write_snapshot("no/such/folder/file", sample()).code() == Errc::cannot_write_file);
}
