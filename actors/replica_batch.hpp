// What a replica has decided and not yet written: the records of one batch, and everything that
// must wait for them, in its order.
#pragma once

#include "actors/replica_io.hpp"
#include "messages/slot_messages.hpp"

namespace quorate::actors {

class ReplicaBatch {
 public:
  /// An effect of the machine that is no `Persist`, or an answer that tells of one.
  using Order = std::variant<replica::Effect, messages::SlotAnswer>;

  [[nodiscard]] bool is_empty() const { return writes_.empty() && orders_.empty(); }
  /// A batch of this size is written at once.
  [[nodiscard]] bool is_full() const { return orders_.size() >= max_orders || bytes_ >= max_bytes; }
  void add(replica::Effects&& effects) {
    for (replica::Effect& effect : effects) {
      if (auto* persist = std::get_if<Persist>(&effect)) {
        for (storage::RecordWrite& write : persist->writes) {
          bytes_ += write.key.size() + (write.value ? write.value->size() : 0);
          writes_.push_back(std::move(write));
        }
      } else if (orders_.size() < max_orders || !std::holds_alternative<replica::Send>(effect)) {
        orders_.emplace_back(std::move(effect));  // What peers are not told is repeated to them.
      }
    }
  }
  void add(messages::SlotAnswer answer) { orders_.emplace_back(std::move(answer)); }
  [[nodiscard]] std::span<const storage::RecordWrite> writes() const { return writes_; }
  /// The batch is on disk: what waited for it. The batch is empty then.
  [[nodiscard]] std::vector<Order> take() {
    writes_.clear();
    bytes_ = 0;
    return std::exchange(orders_, {});
  }

 private:
  static constexpr std::size_t max_orders = 4'096;
  static constexpr std::size_t max_bytes = 8u << 20;

  std::vector<storage::RecordWrite> writes_;
  std::vector<Order> orders_;
  std::size_t bytes_{};
};

}  // namespace quorate::actors
