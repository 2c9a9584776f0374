#include "storage/sqlite_store.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace quorate;
using namespace quorate::storage;

namespace {

/// A directory of its own for each test, gone afterwards.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "quorate-store-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] std::string file() const { return (path_ / "store.db").string(); }

 private:
  std::filesystem::path path_;
};

RecordWrite put(std::uint8_t key, Bytes value) {
  return {Table::agreement, Bytes{key}, std::move(value)};
}
std::unique_ptr<SqliteStore> open(const std::string& path) {
  auto store = SqliteStore::open(path);
  REQUIRE_MESSAGE(store.ok(), store.error().message());
  return std::move(store).value();
}
void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}
void overwrite(const std::string& path, std::streamoff at, const Bytes& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
}

}  // namespace

TEST_CASE(
    "sqlite store: what was committed is there after reopening, table by table, in key order") {
  const ScratchDirectory scratch;
  {
    const auto store = open(scratch.file());
    const RecordWrite batch[] = {put(2, {20}), put(1, {}), {Table::keygen, {}, Bytes{7}},
                                 {Table::keygen, {0}, Bytes{8}}};
    CHECK(store->commit(batch).ok());
    const RecordWrite change[] = {put(2, {21}), put(3, {30})};
    CHECK(store->commit(change).ok());
    const RecordWrite erase[] = {{Table::agreement, {3}, std::nullopt},
                                 {Table::agreement, {4}, std::nullopt}};
    CHECK(store->commit(erase).ok());
  }
  const auto store = open(scratch.file());
  CHECK(store->get(Table::agreement, Bytes{1}).value() == Bytes{});
  CHECK(store->get(Table::agreement, Bytes{2}).value() == Bytes{21});
  CHECK_FALSE(store->get(Table::agreement, Bytes{3}).value().has_value());
  CHECK_FALSE(store->get(Table::election, Bytes{2}).value().has_value());
  std::vector<std::pair<Bytes, Bytes>> seen;
  CHECK(store->scan(Table::keygen, [&](ByteView key, ByteView value) {
    seen.emplace_back(to_bytes(key), to_bytes(value));
    return true;
  }).ok());
  CHECK(seen == std::vector<std::pair<Bytes, Bytes>>{{{}, {7}}, {{0}, {8}}});
}

TEST_CASE("sqlite store: a scan over many pages visits every record once and may read meanwhile") {
  const ScratchDirectory scratch;
  const auto store = open(scratch.file());
  std::vector<RecordWrite> batch;
  for (std::uint8_t i = 0; i < 100; ++i) batch.push_back(put(i, Bytes(i, i)));
  CHECK(store->commit(batch).ok());
  std::size_t visits = 0;
  CHECK(store->scan(Table::agreement, [&](ByteView key, ByteView value) {
    CHECK(key[0] == visits);
    CHECK(store->get(Table::agreement, key).value() == to_bytes(value));
    return ++visits < 77;
  }).ok());
  CHECK(visits == 77);
}

TEST_CASE("sqlite store: damaged records of one table are dropped, the others' stay refused") {
  const ScratchDirectory scratch;
  {
    auto store = open(scratch.file());
    std::vector<RecordWrite> writes;
    for (std::uint8_t i = 0; i < 40; ++i) {
      writes.push_back({Table::chunks, Bytes{i}, Bytes(100, i)});
    }
    writes.push_back({Table::agreement, Bytes{1}, Bytes{1, 2, 3}});
    REQUIRE(store->commit(writes).ok());
    CHECK(store->drop_damaged(Table::chunks).value() == 0);
  }
  run_sql(scratch.file(), "UPDATE records SET value = x'00' WHERE tbl = 6 AND key IN (x'03', x'07')");
  run_sql(scratch.file(), "UPDATE records SET checksum = x'' WHERE tbl = 6 AND key = x'09'");
  run_sql(scratch.file(), "UPDATE records SET value = x'00' WHERE tbl = 2");
  auto store = open(scratch.file());
  const auto count = [&] {
    std::size_t records = 0;
    CHECK(store->scan(Table::chunks, [&](ByteView, ByteView) { return ++records > 0; }).ok());
    return records;
  };
  CHECK(store->scan(Table::chunks, [](ByteView, ByteView) { return true; }).code() ==
        Errc::store_corrupt);
  CHECK(store->drop_damaged(Table::chunks).value() == 3);
  CHECK(count() == 37);
  CHECK(store->get(Table::agreement, Bytes{1}).code() == Errc::store_corrupt);
}

TEST_CASE("sqlite store: a second holder of the same file is refused") {
  const ScratchDirectory scratch;
  const auto first = open(scratch.file());
  CHECK(SqliteStore::open(scratch.file()).code() == Errc::store_in_use);
}

TEST_CASE("sqlite store: read-only opening reads and refuses to write or to create") {
  const ScratchDirectory scratch;
  CHECK(SqliteStore::open(scratch.file(), SqliteStore::Access::read_only).code() ==
        Errc::store_unavailable);
  const RecordWrite one[] = {put(1, {10})};
  CHECK(open(scratch.file())->commit(one).ok());
  const auto store = SqliteStore::open(scratch.file(), SqliteStore::Access::read_only);
  REQUIRE(store.ok());
  CHECK((*store)->get(Table::agreement, Bytes{1}).value() == Bytes{10});
  CHECK((*store)->commit(one).code() == Errc::store_read_only);
}

TEST_CASE("sqlite store: a directory that is not there is unavailable") {
  CHECK(SqliteStore::open("/nonexistent/quorate/store.db").code() == Errc::store_unavailable);
}

TEST_CASE(
    "sqlite store: a newer schema, another program's database and plain bytes are told apart") {
  const ScratchDirectory scratch;
  static_cast<void>(open(scratch.file()));
  run_sql(scratch.file(), "PRAGMA user_version=2");
  CHECK(SqliteStore::open(scratch.file()).code() == Errc::store_schema_unknown);

  const ScratchDirectory foreign;
  run_sql(foreign.file(), "CREATE TABLE somebody_elses (x)");
  CHECK(SqliteStore::open(foreign.file()).code() == Errc::store_foreign);

  const ScratchDirectory plain;
  std::ofstream(plain.file()) << std::string(8192, 'x');
  CHECK(SqliteStore::open(plain.file()).code() == Errc::store_corrupt);
}

TEST_CASE(
    "sqlite store: a destroyed page is found at the start, a flipped content byte when read") {
  const ScratchDirectory scratch;
  {
    const auto store = open(scratch.file());
    const RecordWrite batch[] = {put(1, Bytes(100'000, 0x11)), put(2, Bytes(10, 0x22))};
    CHECK(store->commit(batch).ok());
  }
  const std::string copy = scratch.file() + ".copy";
  std::filesystem::copy_file(scratch.file(), copy);
  overwrite(scratch.file(), 50'000, {0x12});  // Inside the first record's overflow pages.
  {
    const auto store = open(scratch.file());
    CHECK(store->get(Table::agreement, Bytes{1}).code() == Errc::store_corrupt);
    CHECK(store->get(Table::agreement, Bytes{2}).value() == Bytes(10, 0x22));
    CHECK(store->scan(Table::agreement, [](ByteView, ByteView) { return true; }).code() ==
          Errc::store_corrupt);
  }
  overwrite(copy, 4096, Bytes(4096, 0xff));
  CHECK(SqliteStore::open(copy).code() == Errc::store_corrupt);
}

TEST_CASE("sqlite store: a batch that does not fit is refused whole") {
  const ScratchDirectory scratch;
  {
    const auto store = open(scratch.file());
    const RecordWrite one[] = {put(1, {1})};
    CHECK(store->commit(one).ok());
  }
  const auto store = open(scratch.file());
  store->limit_pages(12);
  const RecordWrite big[] = {put(1, {2}), put(2, Bytes(1'000'000, 0x33))};
  CHECK(store->commit(big).code() == Errc::store_full);
  CHECK(store->get(Table::agreement, Bytes{1}).value() == Bytes{1});
  CHECK_FALSE(store->get(Table::agreement, Bytes{2}).value().has_value());
  const RecordWrite small[] = {put(1, {3})};
  CHECK(store->commit(small).ok());
}

TEST_CASE("sqlite store: an unfinished write-ahead log is recovered or rolled back, never half") {
  const ScratchDirectory scratch;
  const ScratchDirectory crashed;
  {
    const auto store = open(scratch.file());
    const RecordWrite first[] = {put(1, Bytes(5'000, 1))};
    CHECK(store->commit(first).ok());
    const RecordWrite second[] = {put(1, Bytes(5'000, 2)), put(2, Bytes(5'000, 2))};
    CHECK(store->commit(second).ok());
    // The process dies here: what lies in the files is all that is left.
    std::filesystem::copy_file(scratch.file(), crashed.file());
    std::filesystem::copy_file(scratch.file() + "-wal", crashed.file() + "-wal");
  }
  const auto whole = std::filesystem::file_size(crashed.file() + "-wal");
  for (const std::uintmax_t lost : {std::uintmax_t{0}, std::uintmax_t{1}, whole / 3}) {
    INFO("bytes lost at the end of the log: ", lost);
    const ScratchDirectory torn;
    std::filesystem::copy_file(crashed.file(), torn.file());
    std::filesystem::copy_file(crashed.file() + "-wal", torn.file() + "-wal");
    std::filesystem::resize_file(torn.file() + "-wal", whole - lost);
    const auto store = open(torn.file());
    const auto one = store->get(Table::agreement, Bytes{1}).value();
    const auto two = store->get(Table::agreement, Bytes{2}).value();
    CHECK(two.has_value() == (lost == 0));
    CHECK(one == Bytes(5'000, lost == 0 ? 2 : 1));
  }
}
