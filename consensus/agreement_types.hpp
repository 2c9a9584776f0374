// What the agreement machine decides about, and the proofs that travel: instances, views, values,
// votes and certificates. Source: SIP "Producer Signing Protocol", "Stacker Signing Protocol" (BFT
// two-phase commit); rules in docs/protocol.md.
#pragma once

#include "consensus/signer_set.hpp"

namespace quorate::consensus {

/// (epoch, round), ordered lexicographically. Stackers count views in `epoch` and leave round 0.
struct View {
  std::uint32_t epoch{};
  std::uint32_t round{};
  auto operator<=>(const View&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&View::epoch, &View::round); }
};

enum class Purpose : std::uint8_t {
  block = 0,     ///< One block at one height.
  key = 1,       ///< The certificate of one generation's group key.
  announce = 2,  ///< A Bitcoin announcement (signing only, no agreement).
};
constexpr bool is_valid(Purpose p) { return static_cast<std::uint8_t>(p) <= 2; }

/// One question to which one group gives one answer.
struct InstanceId {
  GroupKind group{};
  Purpose purpose{};
  /// The generation whose set answers: term of the producers, cycle of the stackers.
  std::uint64_t generation{};
  /// The producing term the block belongs to (0 for key instances).
  TermNumber term;
  /// Block height; for key instances the generation.
  BlockHeight height;
  /// Attempt at this height; attempt of the key generation.
  std::uint32_t attempt{};
  auto operator<=>(const InstanceId&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&InstanceId::group, &InstanceId::purpose, &InstanceId::generation,
                           &InstanceId::term, &InstanceId::height, &InstanceId::attempt);
  }
};

enum class ValueKind : std::uint8_t {
  block = 0,   ///< id = block id, burn_view = the block's.
  reject = 1,  ///< id = zero, burn_view = r ("no block of this attempt not rival to r").
  key = 2,     ///< id = H(key certificate content), burn_view zero.
  retry = 3,   ///< id = zero: a new attempt of key generation, burn_view zero.
};
constexpr bool is_valid(ValueKind k) { return static_cast<std::uint8_t>(k) <= 3; }

/// A possible answer. Its burn view is part of what members sign, so a certificate proves it.
struct Value {
  ValueKind kind{};
  Hash256 id;
  BurnView burn_view;
  auto operator<=>(const Value&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Value::kind, &Value::id, &Value::burn_view);
  }
};

/// The two signed phases. A commit vote stands where no threshold signature is made (key, reject).
enum class Phase : std::uint8_t { prepare = 0, commit = 1 };
constexpr bool is_valid(Phase p) { return static_cast<std::uint8_t>(p) <= 1; }

/// H("quorate/vote" ‖ network id ‖ set hash ‖ phase ‖ instance ‖ view ‖ value): what a vote signs.
[[nodiscard]] Hash256 vote_digest(std::uint32_t network_id, const SetHash& set, Phase phase,
                                  const InstanceId& instance, const View& view, const Value& value);

/// One member's vote; the voter is known from the context (whose chunk, which bit).
struct Vote {
  View view;
  Value value;
  crypto::SchnorrSignature signature;
  bool operator==(const Vote&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Vote::view, &Vote::value, &Vote::signature);
  }
};

/// Votes of ≥ 67 % of weight for one value in one view: a prepare certificate, or (phase commit) a
/// rejection certificate or the decision of a key instance.
struct VoteCertificate {
  Phase phase{};
  InstanceId instance;
  View view;
  Value value;
  BitVector signers;
  List<crypto::SchnorrSignature, 4000> signatures;  ///< One per set bit, ascending.
  bool operator==(const VoteCertificate&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&VoteCertificate::phase, &VoteCertificate::instance,
                           &VoteCertificate::view, &VoteCertificate::value,
                           &VoteCertificate::signers, &VoteCertificate::signatures);
  }
};

/// @returns certificate_wrong_shape (bit count, signature count), certificate_too_light (< 67 %) or
/// certificate_bad_signature. Which set signs is the caller's knowledge.
[[nodiscard]] Result<> verify(const VoteCertificate& certificate, const SignerSet& set,
                              std::uint32_t network_id);

/// One Bitcoin header with its height: places a burn view for who has not seen its branch.
struct BurnLink {
  BurnHeight height;
  FixedBytes<struct BurnHeaderTag, 80> header;
  bool operator==(const BurnLink&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&BurnLink::height, &BurnLink::header);
  }
  [[nodiscard]] BurnHash hash() const;    ///< sha256d(header), display order.
  [[nodiscard]] BurnHash parent() const;  ///< The header's previous hash, display order.
};

}  // namespace quorate::consensus
