#include "runtime/simulation/agenda.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace quorate::simulation {

void Agenda::set_now(Instant now) {
  ASSERT(now >= now_);
  now_ = now;
}

void Agenda::enter(Instant when, Target& target, std::uint64_t what) {
  heap_.push_back({std::max(when, now_), entered_++, &target, what});
  std::push_heap(heap_.begin(), heap_.end(),
                 [](const Entry& a, const Entry& b) { return a.is_after(b); });
}

void Agenda::enter(Instant when, std::function<void()> what) {
  std::uint64_t slot = calls_.slots.size();
  if (calls_.free.empty()) {
    calls_.slots.push_back(std::move(what));
  } else {
    slot = calls_.free.back();
    calls_.free.pop_back();
    calls_.slots[slot] = std::move(what);
  }
  enter(when, calls_, slot);
}

void Agenda::Calls::happen(std::uint64_t what) {
  const std::function<void()> call = std::exchange(slots[what], nullptr);
  free.push_back(what);
  call();
}

void Agenda::happen_next() {
  ASSERT(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(),
                [](const Entry& a, const Entry& b) { return a.is_after(b); });
  const Entry entry = heap_.back();
  heap_.pop_back();
  set_now(entry.at);
  entry.target->happen(entry.what);
}

}  // namespace quorate::simulation
