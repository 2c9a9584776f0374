// Whether a change of a member's own state is worth a write, and how soon: every write of a state
// costs each replica a delivery. Source: docs/protocol.md "Members talk through Stacker DBs".
#pragma once

#include "actors/clock.hpp"
#include "messages/member_state.hpp"
#include "messages/replica_messages.hpp"

namespace quorate::actors {

/// What a change of the own state is to others.
enum class News : std::uint8_t {
  nothing,  ///< It only takes back what is over, or opens an instance: it rides along.
  useful,   ///< Good to know soon.
  awaited,  ///< Somebody waits for it.
};

/// What `now` says that the written state does not.
[[nodiscard]] News news_of(const messages::AgreementState& now,
                           const messages::MemberState& written);
[[nodiscard]] News news_of(const messages::SigningState& now,
                           const messages::MemberState& written);

/// Whether only members read what `now` says that the written state does not. The other group and
/// those who announce read decisions (keys, rejections), offers and requests, and what signing an
/// announcement takes.
[[nodiscard]] messages::Audience audience_of(const messages::MemberState& now,
                                             const messages::MemberState& written);

/// When the own state is written next.
class StatePace {
 public:
  /// How long a change that nobody waits for may stay unwritten.
  static constexpr Duration lazy_wait = seconds(3);

  void note(News news) { standing_ = std::max(standing_, news); }
  /// Whether to write at once.
  [[nodiscard]] bool is_due(Instant now) const;
  /// Not due: when to look again, said once per wait; nothing if nobody needs the change.
  [[nodiscard]] std::optional<Instant> begin_wait(Instant now);
  void written();

 private:
  News standing_{News::nothing};
  std::optional<Instant> lazy_at_;
};

}  // namespace quorate::actors
