// A proof that a member of a key generation broke the rules, as one document that needs nothing
// else: the network, the set it happened in, and the proof's bytes. Whoever trusts the set (its
// hash is printed, and follows from Bitcoin) can judge it years later.
// Source: docs/threshold_signing.md "Complaints", "From the shell".
#pragma once

#include "messages/keygen_proof.hpp"
#include "runtime/frost/documents.hpp"

namespace quorate::frost {

namespace kinds {
inline constexpr std::string_view fault = "fault";  ///< A proof against a member.
}  // namespace kinds

/// What the document of a fault says; `named` and `kind` are for people.
struct FaultClaim {
  std::uint32_t network{};
  consensus::SignerSet set;
  crypto::PublicKey accused;
  std::string named;
  std::string kind;
  Bytes proof;  ///< An encoded messages::KeygenFault.
};

/// What a proof of a fault is judged in. @returns bad_keygen_config for a set that is none.
[[nodiscard]] Result<messages::KeygenScene> fault_scene(std::uint32_t network,
                                                        const consensus::SignerSet& set);
/// Whether the proof convicts the accused. @returns the errors of messages::judge and fault_scene,
/// and no_fault_shown when it convicts somebody else.
[[nodiscard]] Result<crypto::Verdict> judge_fault(const FaultClaim& claim);

[[nodiscard]] Json to_json(const FaultClaim& claim);
/// @returns document_malformed, or a refusal of the codec.
[[nodiscard]] Result<FaultClaim> fault_from(const Json& document);

}  // namespace quorate::frost
