// What a distributed key generation is about: its parties, their key ids and the threshold, bound
// into one id. The protocol: every dealer publishes a dealing (frost_dealing.hpp), every party
// examines all of them (frost_examine.hpp), complaints are judged by anybody (frost_complaint.hpp),
// and the dealings of the qualified dealers add up to the key (frost_outcome.hpp).
// Source: docs/threshold_signing.md "Key generation".
#pragma once

#include "base/units.hpp"
#include "crypto/keys.hpp"

namespace quorate::crypto {

/// cid: the hash everything of one attempt is bound to.
using KeygenId = FixedBytes<struct KeygenIdTag, 32>;

/// Bounds of what a configuration may hold; the largest real one has 4,000 slots.
inline constexpr std::uint32_t max_key_ids = 8000;
inline constexpr std::uint32_t max_keygen_parties = 4000;

/// ceil(67·slots / 100): the smallest number of keys that is a quorum.
[[nodiscard]] constexpr std::uint32_t threshold_of(std::uint32_t slots) {
  return static_cast<std::uint32_t>((std::uint64_t{67} * slots + 99) / 100);
}

/// A member with at least one signer slot.
struct KeygenParty {
  PublicKey key;                ///< Enrolment or stacking key X_p.
  std::vector<SlotIndex> ids;   ///< K_p, strictly ascending.
  bool operator==(const KeygenParty&) const = default;
};

/// The plain description a configuration is made from. `parties` in canonical order; the ids of all
/// parties are a partition of 0..N−1.
struct KeygenSpec {
  std::uint32_t network{};
  GroupKind kind{};
  std::uint64_t generation{};  ///< Term of producers, cycle of stackers.
  std::uint32_t attempt{};
  std::uint32_t threshold{};   ///< T keys sign; normally threshold_of(N).
  std::vector<KeygenParty> parties;
  bool operator==(const KeygenSpec&) const = default;
};

/// A checked description and its id. Public values.
class KeygenConfig {
 public:
  /// @returns bad_keygen_config (detail says which rule) when there is no party, a party without id
  /// or with an invalid key, ids not ascending or not a partition, T not in 1..N, a bound exceeded.
  static Result<KeygenConfig> make(KeygenSpec spec);

  /// cid = H_dkg-cfg(net4 ‖ kind1 ‖ generation8 ‖ attempt4 ‖ N4 ‖ T4 ‖ P2 ‖ per party
  ///                 (X_p 33 ‖ count4 ‖ ids 4 each)).
  [[nodiscard]] const KeygenId& id() const { return id_; }
  [[nodiscard]] const KeygenSpec& spec() const { return spec_; }
  [[nodiscard]] std::uint32_t slots() const { return slots_; }
  [[nodiscard]] std::uint32_t threshold() const { return spec_.threshold; }
  [[nodiscard]] std::uint16_t party_count() const {
    return static_cast<std::uint16_t>(spec_.parties.size());
  }
  [[nodiscard]] const KeygenParty& party(MemberIndex p) const {
    ASSERT(p.value < spec_.parties.size());
    return spec_.parties[p.value];
  }
  [[nodiscard]] Weight weight(MemberIndex p) const {
    return Weight{static_cast<std::uint32_t>(party(p).ids.size())};
  }
  /// Sum of the weights of the parties whose bit is set. `parties` has party_count() bits.
  [[nodiscard]] Weight weight_of(const BitVector& parties) const;
  /// The party with this key, if any.
  [[nodiscard]] std::optional<MemberIndex> find(const PublicKey& key) const;

 private:
  KeygenConfig() = default;
  KeygenSpec spec_;
  KeygenId id_;
  std::uint32_t slots_{};
};

}  // namespace quorate::crypto
