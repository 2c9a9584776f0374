// How much one peer may send: a bucket of messages per kind, and one for what goes beyond.
#pragma once

#include "base/time.hpp"
#include "messages/peer_message.hpp"

namespace quorate::actors::link {

/// Holds up to `burst` tokens and gains `per_second` of them.
struct Rate {
  std::uint32_t per_second{};
  std::uint32_t burst{};
};

class TokenBucket {
 public:
  TokenBucket(Rate rate, Instant now) : rate_(rate), tokens_(full()), filled_(now) {}
  /// Takes one token if there is one.
  [[nodiscard]] bool take(Instant now);

 private:
  static constexpr std::int64_t unit = 1'000'000;  ///< A token in millionths, gained per µs.
  [[nodiscard]] std::int64_t full() const { return std::int64_t{rate_.burst} * unit; }

  Rate rate_;
  std::int64_t tokens_;
  Instant filled_;
};

/// By frame kind, in the order of `messages::frame_kinds()`; the last one is never used.
using Rates = std::vector<Rate>;
/// What honest nodes stay far below, catching up included.
[[nodiscard]] Rates default_rates();

/// The buckets of one connection.
class Budget {
 public:
  /// @param control pings, pongs and credits. @param excess frames above the other buckets before
  /// the peer is dropped.
  Budget(const Rates& rates, Rate control, Rate excess, Instant now);

  /// @returns peer_over_budget (ignore the frame) or peer_floods (drop the peer).
  [[nodiscard]] Result<> admit(Instant now, messages::FrameKind kind);
  /// @returns peer_floods.
  [[nodiscard]] Result<> admit_control(Instant now);

 private:
  std::vector<TokenBucket> kinds_;
  TokenBucket control_;
  TokenBucket excess_;
};

}  // namespace quorate::actors::link
