// How many connections may be in their handshake at a time: in all and from one address.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.hpp"

namespace quorate::network {

class HalfOpenGate : public std::enable_shared_from_this<HalfOpenGate> {
 public:
  struct Limits {
    std::uint32_t all{256};
    std::uint32_t per_address{32};
  };
  /// A place, held until it goes out of scope.
  class Place {
   public:
    Place() = default;
    Place(std::shared_ptr<HalfOpenGate> gate, std::string address)
        : gate_(std::move(gate)), address_(std::move(address)) {}
    Place(Place&&) noexcept = default;
    Place& operator=(Place&& other) noexcept {
      leave();
      gate_ = std::move(other.gate_);
      address_ = std::move(other.address_);
      return *this;
    }
    ~Place() { leave(); }
    void leave() {
      if (auto gate = std::exchange(gate_, nullptr)) gate->leave(address_);
    }

   private:
    std::shared_ptr<HalfOpenGate> gate_;
    std::string address_;
  };

  explicit HalfOpenGate(Limits limits) : limits_(limits) {}

  /// @returns too_many_half_open.
  Result<Place> enter(const std::string& address) {
    const std::lock_guard lock{mutex_};
    const auto at = taken_.find(address);
    const std::uint32_t here = at == taken_.end() ? 0 : at->second;
    if (all_ >= limits_.all || here >= limits_.per_address) return Errc::too_many_half_open;
    ++all_;
    taken_[address] = here + 1;
    return Place{shared_from_this(), address};
  }
  [[nodiscard]] std::uint32_t taken() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  void leave(const std::string& address) {
    const std::lock_guard lock{mutex_};
    --all_;
    const auto at = taken_.find(address);
    ASSERT(at != taken_.end());
    if (--at->second == 0) taken_.erase(at);
  }

  Limits limits_;
  mutable std::mutex mutex_;
  std::uint32_t all_{};
  std::map<std::string, std::uint32_t> taken_;
};

}  // namespace quorate::network
