// A record store that several actors use at once, one after the other.
#pragma once

#include <mutex>

#include "storage/record_store.hpp"

namespace quorate::runtime {

class SharedStore final : public storage::RecordStore {
 public:
  explicit SharedStore(std::unique_ptr<storage::RecordStore> inner) : inner_(std::move(inner)) {}

  Result<> commit(std::span<const storage::RecordWrite> writes) override {
    const std::lock_guard lock{mutex_};
    return inner_->commit(writes);
  }
  [[nodiscard]] Result<std::optional<Bytes>> get(storage::Table table,
                                                 ByteView key) const override {
    const std::lock_guard lock{mutex_};
    return inner_->get(table, key);
  }
  Result<> scan(storage::Table table,
                const std::function<bool(ByteView key, ByteView value)>& visit) const override {
    const std::lock_guard lock{mutex_};
    return inner_->scan(table, visit);
  }
  Result<std::uint64_t> drop_damaged(storage::Table table) override {
    const std::lock_guard lock{mutex_};
    return inner_->drop_damaged(table);
  }

 private:
  mutable std::recursive_mutex mutex_;  ///< `visit` may use the store.
  std::unique_ptr<storage::RecordStore> inner_;
};

}  // namespace quorate::runtime
