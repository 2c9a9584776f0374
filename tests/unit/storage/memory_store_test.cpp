#include "storage/memory_store.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::storage;

namespace {

RecordWrite put(std::uint8_t key, std::uint8_t value, std::size_t bytes = 1) {
  return {Table::agreement, Bytes{key}, Bytes(bytes, value)};
}
std::optional<Bytes> value_of(const RecordStore& store, std::uint8_t key) {
  return store.get(Table::agreement, Bytes{key}).value();
}

}  // namespace

TEST_CASE("memory store: a batch is there after a crash, in key order, and erasing removes it") {
  auto disk = std::make_shared<MemoryDisk>();
  const RecordWrite batch[] = {put(2, 20), put(1, 10), {Table::keygen, {9}, Bytes{9}}};
  CHECK(MemoryStore{disk}.commit(batch).ok());
  disk->crash();
  MemoryStore store{disk};
  Bytes keys;
  CHECK(store.scan(Table::agreement, [&](ByteView key, ByteView) {
    keys.push_back(key[0]);
    return true;
  }).ok());
  CHECK(keys == Bytes{1, 2});
  const RecordWrite erase[] = {{Table::agreement, {1}, std::nullopt}};
  CHECK(store.commit(erase).ok());
  CHECK_FALSE(value_of(store, 1).has_value());
  CHECK(value_of(store, 2) == Bytes{20});
}

TEST_CASE("memory store: scan stops when its visitor says so") {
  MemoryStore store;
  const RecordWrite batch[] = {put(1, 1), put(2, 2), put(3, 3)};
  CHECK(store.commit(batch).ok());
  int visits = 0;
  CHECK(store.scan(Table::agreement, [&](ByteView, ByteView) { return ++visits < 2; }).ok());
  CHECK(visits == 2);
}

TEST_CASE("memory store: the limit counts what a batch leaves, a refused batch leaves nothing") {
  MemoryStore store;
  store.disk().limit(10);
  const RecordWrite nine[] = {put(1, 1, 9)};  // 1 + 9 bytes
  CHECK(store.commit(nine).ok());
  const RecordWrite more[] = {put(2, 2, 0)};
  CHECK(store.commit(more).code() == Errc::store_full);
  CHECK_FALSE(value_of(store, 2).has_value());
  const RecordWrite twice[] = {put(1, 1, 8), put(1, 7, 9)};
  CHECK(store.commit(twice).ok());
  CHECK(store.disk().bytes() == 10);
  const RecordWrite swap[] = {{Table::agreement, {1}, std::nullopt}, put(2, 2, 9)};
  CHECK(store.commit(swap).ok());
}

TEST_CASE("memory store: a read-only disk is read and not written") {
  MemoryStore store;
  const RecordWrite one[] = {put(1, 1)};
  CHECK(store.commit(one).ok());
  store.disk().set_access(MemoryDisk::Access::read_only);
  const RecordWrite two[] = {put(1, 2)};
  CHECK(store.commit(two).code() == Errc::store_read_only);
  CHECK(value_of(store, 1) == Bytes{1});
}

TEST_CASE("memory store: a lying disk loses what was not synced, an honest one nothing") {
  auto disk = std::make_shared<MemoryDisk>();
  MemoryStore store{disk};
  const RecordWrite one[] = {put(1, 1)};
  const RecordWrite two[] = {put(2, 2)};
  const RecordWrite three[] = {put(3, 3)};
  CHECK(store.commit(one).ok());
  disk->lie_about_sync();
  CHECK(store.commit(two).ok());
  disk->sync();
  disk->lie_about_sync();
  CHECK(store.commit(three).ok());
  CHECK(value_of(store, 3).has_value());
  disk->crash();
  CHECK(value_of(store, 1).has_value());
  CHECK(value_of(store, 2).has_value());
  CHECK_FALSE(value_of(store, 3).has_value());
}

TEST_CASE("memory store: a torn batch fails, and after the crash it is whole or absent") {
  for (const auto torn : {MemoryDisk::Torn::lost, MemoryDisk::Torn::kept}) {
    auto disk = std::make_shared<MemoryDisk>();
    MemoryStore store{disk};
    disk->tear_next(torn);
    const RecordWrite batch[] = {put(1, 1), put(2, 2)};
    CHECK(store.commit(batch).code() == Errc::store_failed);
    CHECK(store.commit(batch).code() == Errc::store_failed);
    disk->crash();
    const bool kept = torn == MemoryDisk::Torn::kept;
    CHECK(value_of(store, 1).has_value() == kept);
    CHECK(value_of(store, 2).has_value() == kept);
    CHECK(store.commit(batch).ok());
  }
}
