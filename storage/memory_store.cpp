#include "storage/memory_store.hpp"

#include "crypto/content_pool.hpp"

namespace quorate::storage {

namespace {

/// Disks of one simulation hold the same records.
SharedBytes keep(const Bytes& value) {
  return crypto::ContentPool::of_this_thread().share(SharedBytes{value});
}

}  // namespace

void MemoryDisk::lie_about_sync() {
  if (!synced_) synced_ = records_;
}

void MemoryDisk::crash() {
  if (synced_) records_ = *synced_;
  health_ = Health::good;
  tear_.reset();
  bytes_ = 0;
  for (const auto& [key, value] : records_) bytes_ += key.second.size() + value.size();
}

void MemoryDisk::apply(std::span<const RecordWrite> writes) {
  for (const RecordWrite& write : writes) {
    const auto at = records_.find(std::pair{write.table, ByteView{write.key}});
    if (at != records_.end()) bytes_ -= write.key.size() + at->second.size();
    if (write.value) bytes_ += write.key.size() + write.value->size();
    if (at == records_.end()) {
      if (write.value) records_.emplace(std::pair{write.table, write.key}, keep(*write.value));
    } else if (write.value) {
      at->second = keep(*write.value);
    } else {
      records_.erase(at);
    }
  }
}

std::uint64_t MemoryDisk::bytes_after(std::span<const RecordWrite> writes) const {
  // A batch may write one key twice: the last write counts.
  std::map<std::pair<Table, ByteView>, const RecordWrite*, KeyLess> last;
  for (const RecordWrite& write : writes) last[{write.table, write.key}] = &write;
  std::uint64_t bytes = bytes_;
  for (const auto& [key, write] : last) {
    const auto old = records_.find(key);
    if (old != records_.end()) bytes -= write->key.size() + old->second.size();
    if (write->value) bytes += write->key.size() + write->value->size();
  }
  return bytes;
}

Result<> MemoryStore::commit(std::span<const RecordWrite> writes) {
  MemoryDisk& disk = *disk_;
  if (disk.health_ == MemoryDisk::Health::failed) return Errc::store_failed;
  if (disk.access_ == MemoryDisk::Access::read_only) return Errc::store_read_only;
  if (writes.empty()) return done();
  const bool is_limited = disk.capacity_ != UINT64_MAX;
  if (is_limited && disk.bytes_after(writes) > disk.capacity_) return Errc::store_full;
  if (disk.tear_) {
    if (*disk.tear_ == MemoryDisk::Torn::kept) disk.apply(writes);
    disk.health_ = MemoryDisk::Health::failed;
    return Errc::store_failed;
  }
  disk.apply(writes);
  return done();
}

Result<std::optional<Bytes>> MemoryStore::get(Table table, ByteView key) const {
  const auto at = disk_->records_.find(std::pair{table, key});
  if (at == disk_->records_.end()) return std::optional<Bytes>{};
  return std::optional<Bytes>{at->second.get()};
}

Result<> MemoryStore::scan(
    Table table, const std::function<bool(ByteView key, ByteView value)>& visit) const {
  for (auto at = disk_->records_.lower_bound(std::pair{table, ByteView{}});
       at != disk_->records_.end() && at->first.first == table; ++at) {
    if (!visit(at->first.second, at->second.view())) break;
  }
  return done();
}

}  // namespace quorate::storage
