// Proofs of faults in key generation that anybody can check later, from bytes alone.
// Source: docs/threshold_signing.md "Complaints".
#pragma once

#include "messages/keygen_state.hpp"

namespace quorate::messages {

/// A dealing that is not in order for everybody to see, or whose box was opened by a complaint.
/// With a complaint about a box that is in order it convicts the complainer instead: only the
/// holder of its key can make the proof inside.
struct DealingFault {
  std::uint32_t attempt{};
  MemberIndex dealer;
  SignedDealing word;
  SharedBlob<consensus::max_chunk_bytes> dealing;
  /// What `word` signs when the dealing is cut into pieces; else empty.
  SharedBlob<consensus::max_chunk_bytes> manifest;
  /// The complainer and its complaint; absent when the bytes convict by themselves.
  std::optional<crypto::Complaint> complaint;
  bool operator==(const DealingFault&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&DealingFault::attempt, &DealingFault::dealer, &DealingFault::word,
                           &DealingFault::dealing, &DealingFault::manifest,
                           &DealingFault::complaint);
  }
};

using KeygenFault = std::variant<DealingFault, DealerEquivocation>;

/// Where and among whom it happened.
struct KeygenScene {
  consensus::SignerSet set;
  consensus::DbAddress db;
  std::uint32_t network_id{};
  [[nodiscard]] crypto::PublicKey key(MemberIndex p) const { return set.members[p.value].key; }
  /// First pre-computation slot of a member = its first signer slot.
  [[nodiscard]] consensus::ChunkSlot slot(MemberIndex p) const {
    return consensus::ChunkSlot{set.members[p.value].slots.front().value};
  }
};

/// Whether `word` signs `whole`, or the manifest that cuts `whole` into pieces (else empty).
/// @returns fault_unsigned.
[[nodiscard]] Result<> check_content(const SignedDealing& word, const SharedBytes& whole,
                                     const SharedBytes& manifest);
/// Whether the dealer signed these words. @returns fault_unsigned.
[[nodiscard]] Result<> check_signature(const SignedDealing& word, MemberIndex dealer,
                                       const KeygenScene& scene);
/// @returns done when the two words convict, else equivocation_not_proven or fault_unsigned.
[[nodiscard]] Result<> check(const DealerEquivocation& fault, const KeygenScene& scene);

/// Who is convicted, and why. @returns fault_unsigned, no_fault_shown, or what makes the proof
/// unreadable.
[[nodiscard]] Result<crypto::Verdict> judge(const KeygenFault& fault, const KeygenScene& scene);

}  // namespace quorate::messages
