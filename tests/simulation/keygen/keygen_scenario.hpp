// One drawn key generation: who takes part with which weight, who lies how, who comes late, who
// crashes when, and in which phase the leader of the agreement is killed. The seed decides all.
// Source: SIP "Facilities for Signature Generation" (repeatable while excluding the malicious).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/units.hpp"
#include "crypto/chacha_rng.hpp"

namespace quorate::test {

/// What a faulty member does with its dealing.
enum class DealingLie : std::uint8_t {
  none,
  silent_before,   ///< It never begins.
  silent_after,    ///< It deals and is never heard of again.
  bad_point,       ///< A commitment that is no point.
  bad_possession,  ///< A false proof of possession.
  too_short,
  too_long,
  wrong_dealer,  ///< Another member's index.
  wrong_keygen,  ///< Bound to another key generation.
  bad_boxes,     ///< Boxes that some recipients cannot open.
  off_polynomial,  ///< Shares that do not lie on what it committed to.
  twice,         ///< One dealing for one half of the members, another for the rest.
};
inline constexpr std::uint8_t dealing_lies = 12;
/// Visible to everybody in the dealing itself.
[[nodiscard]] bool convicts_by_itself(DealingLie lie);

/// What a faulty member does with its state.
enum class StateLie : std::uint8_t {
  none,
  false_complaint,  ///< About an honest dealer, with a valid proof inside.
  empty_complaint,  ///< With a proof that proves nothing.
  confirms_nothing,
  confirms_rubbish,
  wavers,         ///< One thing and then another.
  lying_table,    ///< As leader: a content with another root of the public shares.
  lying_key,      ///< As leader: a content with another key.
  never_votes,
};
inline constexpr std::uint8_t state_lies = 9;

/// When the leader of the agreement goes down.
enum class LeaderPhase : std::uint8_t { never, confirmed, proposed, prepared, committed, decided };
inline constexpr std::uint8_t leader_phases = 6;

struct DrawnMember {
  std::uint32_t weight{};
  bool is_faulty{};
  DealingLie dealing{};
  StateLie state{};
  Duration comes_after{};  ///< Late members.
  /// It crashes right after these of its durable writes, counted over its life.
  std::set<std::size_t> crashes;
  Duration down_for{seconds(1)};
};

struct KeygenScenario {
  std::uint64_t seed{};
  GroupKind kind{};
  std::vector<DrawnMember> members;
  Duration burn_interval{seconds(20)};
  Duration delay_low{milliseconds(5)};
  Duration delay_high{milliseconds(200)};
  std::uint32_t loss_percent{};
  LeaderPhase leader_falls{};
  Duration leader_down_for{seconds(5)};
  /// Bytes of a chunk: a small one spreads dealings over several slots.
  std::uint32_t chunk_bytes{16 * 1024};

  [[nodiscard]] std::uint32_t slots() const;
  [[nodiscard]] std::string text() const;
};

/// At most 40 slots; whoever is neither faulty nor down for good weighs 67 % or more.
[[nodiscard]] KeygenScenario draw_keygen(std::uint64_t seed);

}  // namespace quorate::test
