// Virtual time and what is going to happen outside of the actors: deliveries, Bitcoin blocks,
// faults. Happenings of one moment come in the order in which they were entered.
#pragma once

#include <functional>
#include <vector>

#include "base/time.hpp"

namespace quorate::simulation {

class Agenda {
 public:
  /// A happening in a few bytes, so that millions cost no allocation.
  struct Target {
    virtual void happen(std::uint64_t what) = 0;

   protected:
    ~Target() = default;
  };

  [[nodiscard]] Instant now() const { return now_; }
  /// Moves the clock; never back.
  void set_now(Instant now);

  /// `target.happen(what)` at `when`, or at once (in turn) if that has passed.
  void enter(Instant when, Target& target, std::uint64_t what);
  /// The same for rare happenings.
  void enter(Instant when, std::function<void()> what);

  [[nodiscard]] bool is_empty() const { return heap_.empty(); }
  /// When the next happening is due; the agenda must not be empty.
  [[nodiscard]] Instant next() const { return heap_.front().at; }
  /// Moves the clock to the next happening and lets it happen.
  void happen_next();

 private:
  struct Entry {
    Instant at;
    std::uint64_t order{};
    Target* target{};
    std::uint64_t what{};
    [[nodiscard]] bool is_after(const Entry& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Calls final : Target {
    void happen(std::uint64_t what) override;
    std::vector<std::function<void()>> slots;
    std::vector<std::uint64_t> free;
  };

  Instant now_;
  std::uint64_t entered_{};
  std::vector<Entry> heap_;
  Calls calls_;
};

}  // namespace quorate::simulation
