#include "actors/link_budget.hpp"

namespace quorate::actors::link {

bool TokenBucket::take(Instant now) {
  if (now > filled_) {
    // A bucket is full after this long at the latest; longer pauses would only overflow.
    const std::int64_t missing = full() - tokens_;
    const std::int64_t passed = (now - filled_).us;
    const bool is_filled = rate_.per_second > 0 && passed >= missing / rate_.per_second + 1;
    tokens_ = is_filled ? full() : tokens_ + passed * rate_.per_second;
    filled_ = now;
  }
  if (tokens_ < unit) return false;
  tokens_ -= unit;
  return true;
}

Rates default_rates() {
  Rates rates{
      {2'000, 4'000},  // replica.announce
      {2'000, 4'000},  // replica.push
      {4'000, 8'000},  // replica.ack
      {1'000, 2'000},  // replica.pull
      {1'000, 2'000},  // replica.compare
      {1'000, 2'000},  // replica.range
      {1'000, 2'000},  // replica.nack
      {50, 200},       // election.request
      {50, 200},       // election.grant
      {50, 200},       // chain.tip
      {2'000, 4'000},  // chain.block
      {20, 80},        // chain.wanted
      {200, 800},      // transactions.known
      {200, 800},      // transactions.wanted
      {400, 1'600},    // transactions.bytes
      {20, 100},       // burn.tip
      {20, 80},        // burn.wanted
      {1'000, 4'000},  // burn.block
      {50, 200},       // burn.transaction
      {50, 200},       // burn.coins_wanted
      {50, 200},       // burn.coins
      {1, 4},          // replica.subscriptions
      {0, 0},          // malformed
  };
  ASSERT(rates.size() == messages::frame_kinds().size());
  return rates;
}

Budget::Budget(const Rates& rates, Rate control, Rate excess, Instant now)
    : control_(control, now), excess_(excess, now) {
  ASSERT(rates.size() == messages::frame_kinds().size());
  kinds_.reserve(rates.size());
  for (const Rate& rate : rates) kinds_.emplace_back(rate, now);
}

Result<> Budget::admit(Instant now, messages::FrameKind kind) {
  ASSERT(kind.index < kinds_.size());
  if (kinds_[kind.index].take(now)) return done();
  const std::string name{messages::row_of(kind).name};
  return Error{excess_.take(now) ? Errc::peer_over_budget : Errc::peer_floods, name};
}

Result<> Budget::admit_control(Instant now) {
  if (control_.take(now)) return done();
  return Error{Errc::peer_floods, "control frames"};
}

}  // namespace quorate::actors::link
