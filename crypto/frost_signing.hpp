// BIP 445 signing, generalised to parties that own several key ids each: a party has one nonce pair
// and one share aggregated over its ids. With one id per party it is BIP 445 byte for byte.
// Source: BIP 445; docs/threshold_signing.md "Session equations".
#pragma once

#include "crypto/frost_nonce.hpp"
#include "crypto/hash.hpp"
#include "crypto/lagrange.hpp"

namespace quorate::crypto {

/// 32 bytes big-endian below n.
using PartialSignature = FixedBytes<struct PartialSignatureTag, 32>;

enum class TweakMode : std::uint8_t { plain = 0, x_only = 1 };
constexpr bool is_valid(TweakMode mode) { return static_cast<std::uint8_t>(mode) <= 1; }

/// One step of key tweaking: Q ← g·Q + value·G, g = −1 for x_only on an odd Q.
struct Tweak {
  Hash256 value;
  TweakMode mode{};
  bool operator==(const Tweak&) const = default;
  static constexpr auto wire_fields() { return std::make_tuple(&Tweak::value, &Tweak::mode); }
};

/// A threshold key after its tweaks, with the accumulators of BIP 327.
struct TweakedKey {
  Point key;
  Scalar gacc;
  Scalar tacc;
};

/// @returns bad_public_key, tweak_out_of_range or tweaked_key_infinite.
[[nodiscard]] Result<TweakedKey> tweak_key(const PublicKey& threshold_key,
                                           std::span<const Tweak> tweaks);

/// BIP 86: the tweak list that turns a key into the output key without a script tree.
[[nodiscard]] Tweak bip86_tweak(const PublicKey& internal_key);

/// One party of a session, as claimed: its key ids and their public shares, equally long.
struct SignerKeys {
  std::vector<SlotIndex> ids;
  std::vector<PublicKey> public_shares;
};

/// The parties of one session and what depends on them only: coefficients and the hash prefix.
/// Keep it while consecutive sessions have the same signers. Public values.
class SignerSet {
 public:
  /// ValidateSignersCtx of BIP 445 over all ids of all parties: 1 <= t <= n (bad_threshold),
  /// t <= |S| <= n (bad_signer_count), ids below n (key_id_out_of_range, detail = position),
  /// points (bad_public_share, detail = position), distinct ids (duplicate_key_id), and
  /// interpolation to the threshold key (key_material_mismatch).
  static Result<SignerSet> validate(std::uint32_t n, std::uint32_t t,
                                    std::span<const SignerKeys> parties,
                                    const PublicKey& threshold_key);

  /// For shares already known to lie on one polynomial through the key (the outcome of a key
  /// generation): skips the interpolation. `public_shares` has n elements.
  /// @returns bad_threshold, bad_signer_count, key_id_out_of_range or duplicate_key_id.
  static Result<SignerSet> trusted(std::uint32_t t, std::span<const Point> public_shares,
                                   const std::vector<std::vector<SlotIndex>>& ids_by_party,
                                   const PublicKey& threshold_key);

  [[nodiscard]] std::size_t party_count() const { return parties_.size(); }
  [[nodiscard]] const std::vector<SlotIndex>& ids(std::size_t party) const {
    return parties_[party].ids;
  }
  [[nodiscard]] const std::vector<Scalar>& lambdas(std::size_t party) const {
    return parties_[party].lambdas;
  }
  [[nodiscard]] const std::vector<Point>& public_shares(std::size_t party) const {
    return parties_[party].shares;
  }
  /// Y_p = Σ λ_i·Y_i over the party's ids.
  [[nodiscard]] Point party_key(std::size_t party) const;
  [[nodiscard]] const PublicKey& threshold_key() const { return threshold_key_; }
  /// SHA-256 that has absorbed the noncecoef tag and all ids in ascending order.
  [[nodiscard]] const Sha256& id_prefix() const { return id_prefix_; }

 private:
  struct Party {
    std::vector<SlotIndex> ids;
    std::vector<Scalar> lambdas;
    std::vector<Point> shares;
  };
  SignerSet() = default;
  static Result<SignerSet> assemble(std::uint32_t n, std::uint32_t t, std::vector<Party> parties,
                                    const PublicKey& threshold_key);

  PublicKey threshold_key_;
  std::vector<Party> parties_;
  Sha256 id_prefix_;
};

/// GetSessionValues of BIP 445: everything about one session that is common to its signers.
struct SessionValues {
  TweakedKey tweaked;
  Scalar b;
  Point r;
  Scalar e;
  /// Factor of the aggregated shares: e·g·gacc.
  [[nodiscard]] Scalar share_factor() const;
};

/// @returns bad_aggregate_nonce. `message` may have any length.
[[nodiscard]] Result<SessionValues> session_values(const SignerSet& signers,
                                                   const AggregateNonce& nonce,
                                                   const TweakedKey& tweaked, ByteView message);

/// d_p = Σ λ_i·s_i: a party's secret for one signer set. @returns not_a_signer when `key` does not
/// hold exactly the ids of `signers`' party number `party`, foreign_public_share when one of its
/// shares does not belong to that party's public shares, zero_scalar.
[[nodiscard]] Result<SecretScalar> aggregate_share(const SignerSet& signers, std::size_t party,
                                                   const PartyKey& key);

/// s_p = ε(k1 + b·k2) + e·g·gacc·d_p, checked against the public equation before it is returned.
/// `party_key` is signers.party_key(p). @returns zero_scalar or self_check_failed; the nonce is
/// spent in every case.
[[nodiscard]] Result<PartialSignature> sign_partial(const SessionValues& session, SecretNonce nonce,
                                                    const SecretScalar& aggregated_share,
                                                    const Point& party_key);

/// s_p·G = ε(R1 + b·R2) + e·g·gacc·Y_p. @returns bad_partial_signature or bad_public_nonce.
[[nodiscard]] Result<> verify_partial(const SessionValues& session, const PublicNonce& nonce,
                                      const Point& party_key, const PartialSignature& partial);

/// The plain BIP 340 signature. @returns partial_count_mismatch unless there is one partial per
/// party, bad_partial_signature with the position of one that is out of range; whether the sum
/// verifies is for the caller to ask with `verify_schnorr`.
[[nodiscard]] Result<SchnorrSignature> aggregate_partials(
    const SessionValues& session, const SignerSet& signers,
    std::span<const PartialSignature> partials);

/// Positions of the parties whose partial signature is wrong, ascending; empty when all hold. First
/// one check of a random combination (weights derived from `rand32`), then each by itself.
/// All spans have one element per party.
[[nodiscard]] std::vector<std::size_t> find_bad_partials(const SignerSet& signers,
                                                         const SessionValues& session,
                                                         std::span<const PublicNonce> nonces,
                                                         std::span<const PartialSignature> partials,
                                                         const Hash256& rand32);

}  // namespace quorate::crypto
