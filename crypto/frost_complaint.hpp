// A recipient whose box is bad opens one ECDH point and proves it; anybody can then open the box
// and see who lied. The same judgement works on stored bytes, long after. Deterministic. Source:
// docs/threshold_signing.md "Complaints".
#pragma once

#include "crypto/dleq.hpp"
#include "crypto/frost_dealing.hpp"

namespace quorate::crypto {

/// "The box of `dealer` for me does not hold my shares." dealer2 ‖ complainer2 ‖ Z33 ‖ proof64.
struct Complaint {
  MemberIndex dealer;
  MemberIndex complainer;
  PublicKey shared_point;  ///< Z = x_q·E_p.
  DleqProof proof;         ///< A = X_q, B = E_p, C = Z over H_complaint(cid ‖ p2 ‖ q2).
  bool operator==(const Complaint&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Complaint::dealer, &Complaint::complainer, &Complaint::shared_point,
                           &Complaint::proof);
  }
};

/// Complains about `dealing`, whether or not there is a reason (the judge will see). `aux` is fresh
/// randomness for the proof. @returns not_a_signer when `host` is not the key of `me`.
[[nodiscard]] Result<Complaint> complain(const KeygenConfig& config, const ParsedDealing& dealing,
                                         MemberIndex me, const SecretKey& host,
                                         const Hash256& aux);

/// Who is convicted, and why.
struct Verdict {
  enum class Guilty : std::uint8_t { dealer, complainer };
  Guilty guilty{};
  MemberIndex member;
  /// For the dealer unreadable_box or bad_share; for the complainer bad_dleq_proof, or
  /// bad_complaint when the box is in order.
  Errc reason{};
  bool operator==(const Verdict&) const = default;
};

/// Judges. @returns bad_complaint only when the complaint names no two parties of this generation
/// or another dealer than `dealing`'s: then nothing can be said about anybody.
[[nodiscard]] Result<Verdict> judge(const KeygenConfig& config, const ParsedDealing& dealing,
                                    const Complaint& complaint);

}  // namespace quorate::crypto
