// One dealer's contribution: commitments to a polynomial by its values at 0..T−1, a proof of
// possession, and for every other party a box with the values at that party's ids.
//
//   off size            field
//   0   4               magic "QDL" ‖ version 1
//   4   32              cid
//   36  4               dealer index (2) ‖ flags (2, zero)
//   40  33              E = eph·G
//   73  64              BIP 340 signature with v_0 over H_dkg-pop(cid ‖ index2 ‖ E)
//   137 8               T (4) ‖ P (2) ‖ reserved (2, zero)
//   145 33·T            V_0 … V_{T−1}; infinity = 33 zero bytes, not allowed for V_0
//   ..                  per recipient q ≠ p, ascending: 32·|K_q| ciphertext ‖ 16 tag
//
// Box of q: ChaCha20-Poly1305-IETF under H_dkg-kem(Z ‖ E ‖ X_q ‖ cid ‖ p2 ‖ q2), Z = eph·X_q,
// zero nonce (the key is used once), associated data cid ‖ p2 ‖ q2.
#pragma once

#include <memory>

#include "crypto/frost_keygen.hpp"
#include "crypto/secret_scalar.hpp"
#include "crypto/work_budget.hpp"

namespace quorate::crypto {

/// Length of the dealing of party `dealer`: 145 + 33T + 32(N − w_p) + 16(P − 1).
[[nodiscard]] std::size_t dealing_size(const KeygenConfig& config, MemberIndex dealer);

/// What a dealer keeps of its own dealing.
struct OwnDealing {
  SharedBytes bytes;                      ///< To publish.
  std::vector<SecretScalar> own_shares;   ///< f_p at the dealer's own ids, ascending.
};

/// Deals. Everything secret derives from H_dkg-seed(host key ‖ rand32 ‖ cid), so the same arguments
/// give the same bytes: persist `rand32` before publishing, and call again after a crash. A second
/// dealing with other randomness in the same attempt is equivocation.
/// @returns not_a_signer when `host` is not the key of party `me`; zero_scalar (probability
/// 2^-256).
[[nodiscard]] Result<OwnDealing> deal(const KeygenConfig& config, MemberIndex me,
                                      const SecretKey& host, const Hash256& rand32);

/// `deal` in slices. `config` must outlive it. Secrets are wiped with it.
class DealingWork {
 public:
  /// @returns not_a_signer.
  static Result<DealingWork> begin(const KeygenConfig& config, MemberIndex me,
                                   const SecretKey& host, const Hash256& rand32);
  DealingWork(DealingWork&&) noexcept;
  DealingWork& operator=(DealingWork&&) noexcept;
  ~DealingWork();

  /// Goes on until the budget is spent or nothing is left to do. @returns zero_scalar (probability
  /// 2^-256); then the work is lost.
  [[nodiscard]] Result<> advance(WorkBudget& budget);
  [[nodiscard]] bool is_done() const;
  /// Once, when it is done.
  [[nodiscard]] OwnDealing take();

 private:
  struct State;
  explicit DealingWork(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A dealing whose public part is in order. Immutable, shared by all who hold the same bytes.
class ParsedDealing {
 public:
  [[nodiscard]] MemberIndex dealer() const { return dealer_; }
  [[nodiscard]] const PublicKey& ephemeral() const { return ephemeral_; }
  /// V_0 … V_{T−1}.
  [[nodiscard]] const std::vector<Point>& commitments() const { return commitments_; }
  /// Ciphertext and tag for `recipient`, which is not the dealer.
  [[nodiscard]] ByteView box(MemberIndex recipient) const;
  [[nodiscard]] const SharedBytes& bytes() const { return bytes_; }
  /// SHA-512/256 of the bytes: what confirmations and certificates name.
  [[nodiscard]] const Hash256& hash() const { return hash_; }

 private:
  friend Result<std::shared_ptr<const ParsedDealing>> parse_dealing(const KeygenConfig& config,
                                                                    const SharedBytes& bytes);
  ParsedDealing() = default;
  MemberIndex dealer_;
  PublicKey ephemeral_;
  std::vector<Point> commitments_;
  std::vector<std::size_t> box_offsets_;  // P + 1; the dealer's own box is empty
  SharedBytes bytes_;
  Hash256 hash_;
};
using DealingRef = std::shared_ptr<const ParsedDealing>;

/// Checks everything that everybody can see. @returns bad_dealing (header, length, index),
/// wrong_keygen (another cid), bad_commitment (detail = index), bad_possession_proof. A dealer
/// whose signed chunk holds such bytes is convicted by them. Remembered per thread by hash of the
/// bytes.
[[nodiscard]] Result<DealingRef> parse_dealing(const KeygenConfig& config,
                                               const SharedBytes& bytes);

/// The shares for `me`: f_p at its ids, ascending. @returns unreadable_box or bad_share (a value
/// that is 0 or out of range). They are not yet checked against the commitments.
[[nodiscard]] Result<std::vector<SecretScalar>> open_box(const KeygenConfig& config,
                                                         const ParsedDealing& dealing,
                                                         MemberIndex me, const SecretKey& host);

}  // namespace quorate::crypto
