// The key: the sum of the qualified dealings, made safe for use as a Taproot key, and the content
// of the certificate that names it. Source: docs/threshold_signing.md "Outcome"; SIP "Signature
// Generation".
#pragma once

#include "crypto/frost_examine.hpp"

namespace quorate::crypto {

/// Public result of one key generation, after the Taproot tweak. Immutable, shared.
class ThresholdGroup {
 public:
  ThresholdGroup(KeygenConfig config, PublicKey key, std::vector<Point> public_shares)
      : config_(std::move(config)), key_(key), public_shares_(std::move(public_shares)) {
    ASSERT(public_shares_.size() == config_.slots());
  }
  [[nodiscard]] const KeygenConfig& config() const { return config_; }
  /// Q0 as a plain point; its x coordinate is the BIP 340 key.
  [[nodiscard]] const PublicKey& key() const { return key_; }
  /// Y_i for key id i.
  [[nodiscard]] const std::vector<Point>& public_shares() const { return public_shares_; }

 private:
  KeygenConfig config_;
  PublicKey key_;
  std::vector<Point> public_shares_;
};
using GroupRef = std::shared_ptr<const ThresholdGroup>;

/// What the members of a generation agree on. attempt4 ‖ bitmap ‖ hashes ‖ root32 ‖ Q0 33.
struct KeyCertificateContent {
  std::uint32_t attempt{};
  BitVector qualified;                           ///< QUAL, one bit per party.
  List<Hash256, max_keygen_parties> dealings;    ///< Hashes of QUAL's dealings, ascending.
  Hash256 share_root;                            ///< H_dkg-shares(N4 ‖ Q0 ‖ Y_0 ‖ … ‖ Y_{N−1}).
  PublicKey group_key;
  bool operator==(const KeyCertificateContent&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&KeyCertificateContent::attempt, &KeyCertificateContent::qualified,
                           &KeyCertificateContent::dealings, &KeyCertificateContent::share_root,
                           &KeyCertificateContent::group_key);
  }
};

/// A view of the agreement: epoch u32 ‖ round u32.
using ViewBytes = FixedBytes<struct ViewBytesTag, 8>;
[[nodiscard]] ViewBytes view_bytes(std::uint32_t epoch, std::uint32_t round);

/// What a certificate signature signs: H_dkg-cert(cid ‖ view8 ‖ encoded content).
[[nodiscard]] Hash256 key_certificate_digest(const KeygenId& keygen, const ViewBytes& view,
                                             const KeyCertificateContent& content);

/// The public outcome of a qualified set.
struct KeygenOutcome {
  GroupRef group;
  KeyCertificateContent content;
  Scalar tap_tweak;                 ///< Added to every share and to the key.
  std::vector<Point> column_sums;   ///< Σ V_{p,j} before the tweak, T elements.
};
using OutcomeRef = std::shared_ptr<const KeygenOutcome>;

/// Adds the dealings up (ascending by dealer, no repetition) and extends them to all public shares.
/// @returns bad_qualified_set, too_few_dealers (weight below T), infinite_group_key. Remembered per
/// thread by cid and dealing hashes.
[[nodiscard]] Result<OutcomeRef> combine_dealings(const KeygenConfig& config,
                                                  std::span<const DealingRef> qualified);

/// `combine_dealings` in slices. A remembered outcome takes as many slices as it took the first
/// time, so that runs do not differ by what happened before them in their process.
class CombineWork {
 public:
  /// `config` must outlive it. @returns bad_qualified_set, too_few_dealers.
  static Result<CombineWork> begin(const KeygenConfig& config,
                                   std::span<const DealingRef> qualified);
  CombineWork(CombineWork&&) noexcept;
  CombineWork& operator=(CombineWork&&) noexcept;
  ~CombineWork();

  /// One slice of about `units`. @returns the outcome when this was the last one, nothing before,
  /// or infinite_group_key.
  [[nodiscard]] Result<std::optional<OutcomeRef>> advance(std::uint64_t units);

 private:
  struct State;
  explicit CombineWork(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The outcome without one convicted dealer: its column is subtracted. Equal to combining the
/// others.
/// @returns bad_qualified_set when `convicted` is not part of `outcome`, and as combine_dealings.
[[nodiscard]] Result<OutcomeRef> exclude_dealing(const KeygenConfig& config,
                                                 const KeygenOutcome& outcome,
                                                 const ParsedDealing& convicted);

/// Whether `content` is what these dealings yield. @returns certificate_mismatch and as above.
[[nodiscard]] Result<OutcomeRef> check_certificate_content(const KeygenConfig& config,
                                                           const KeyCertificateContent& content,
                                                           std::span<const DealingRef> qualified);

/// The own final shares: sums over QUAL plus the tweak, checked against the public shares.
/// @returns bad_share (detail = dealer) when shares of a dealer in QUAL are missing or the sum is
/// not what the public shares say.
[[nodiscard]] Result<PartyKey> finish_shares(const KeygenConfig& config,
                                             const KeygenOutcome& outcome, MemberIndex me,
                                             const ReceivedShares& received);

/// One certificate signature. Source: docs/threshold_signing.md "Certificate".
struct CertificateVote {
  MemberIndex member;
  SchnorrSignature signature;
  bool operator==(const CertificateVote&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&CertificateVote::member, &CertificateVote::signature);
  }
};

}  // namespace quorate::crypto
