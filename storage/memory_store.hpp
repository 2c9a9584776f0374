// A record store in memory whose disk outlives a simulated crash, with faults to order: full,
// read-only, a write-back cache that lies, a batch torn by the crash.
#pragma once

#include <algorithm>
#include <map>
#include <memory>

#include "storage/record_store.hpp"

namespace quorate::storage {

/// What survives a crash. The simulation keeps it; the node that wrote it may die.
class MemoryDisk {
 public:
  /// Whether the batch under way at a crash reached the disk; half of it never does, as the journal
  /// of a real store guarantees.
  enum class Torn : std::uint8_t { lost, kept };
  enum class Access : std::uint8_t { read_write, read_only };

  /// Bytes of keys and values the disk takes; beyond it commits fail with store_full.
  void limit(std::uint64_t bytes) { capacity_ = bytes; }
  void set_access(Access access) { access_ = access; }
  /// From now on commits report success but are lost at the next crash unless `sync` comes first: a
  /// disk that acknowledges too early. Promises are worth nothing on it, which tests can show.
  void lie_about_sync();
  void sync() { synced_.reset(); }
  /// The next commit fails with store_failed; later ones too, until `crash`.
  void tear_next(Torn torn) { tear_ = torn; }
  /// What the machine finds after power returns.
  void crash();
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  friend class MemoryStore;
  struct KeyLess {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
      if (a.first != b.first) return a.first < b.first;
      return std::lexicographical_compare(a.second.begin(), a.second.end(), b.second.begin(),
                                          b.second.end());
    }
  };
  using Records = std::map<std::pair<Table, Bytes>, SharedBytes, KeyLess>;

  void apply(std::span<const RecordWrite> writes);
  [[nodiscard]] std::uint64_t bytes_after(std::span<const RecordWrite> writes) const;

  Records records_;
  /// The state a lying disk falls back to.
  std::optional<Records> synced_;
  std::optional<Torn> tear_;
  enum class Health : std::uint8_t { good, failed } health_{Health::good};
  Access access_{Access::read_write};
  std::uint64_t capacity_{UINT64_MAX};
  std::uint64_t bytes_{};
};

/// One process's view of a disk.
class MemoryStore final : public RecordStore {
 public:
  MemoryStore() : disk_(std::make_shared<MemoryDisk>()) {}
  explicit MemoryStore(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}

  Result<> commit(std::span<const RecordWrite> writes) override;
  [[nodiscard]] Result<std::optional<Bytes>> get(Table table, ByteView key) const override;
  Result<> scan(Table table,
                const std::function<bool(ByteView key, ByteView value)>& visit) const override;
  [[nodiscard]] MemoryDisk& disk() { return *disk_; }

 private:
  std::shared_ptr<MemoryDisk> disk_;
};

}  // namespace quorate::storage
