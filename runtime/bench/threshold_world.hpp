// A weighted group for measurements: honest members with derived keys, and everything they dealt.
#pragma once

#include "crypto/frost_session.hpp"
#include "runtime/bench/report.hpp"

namespace quorate::bench {

/// Sizes of a group. Slots are spread as evenly as they go, in contiguous ranges.
struct GroupSize {
  std::uint16_t parties{};
  std::uint32_t slots{};
  std::uint32_t threshold{};
  bool operator==(const GroupSize&) const = default;
  [[nodiscard]] std::string to_text() const;
};

/// The secret key X_p of party p. Derived, so that every run measures the same numbers.
[[nodiscard]] crypto::SecretKey host_of(std::uint16_t party);
/// What members take from their operating system; here from a counter.
[[nodiscard]] Hash256 randomness(std::string_view use, std::uint32_t number);

/// @returns bad_keygen_config.
[[nodiscard]] Result<crypto::KeygenConfig> config_of(const GroupSize& size);

/// All dealings of a group, made on all cores.
class DealtGroup {
 public:
  static DealtGroup deal(crypto::KeygenConfig config, const Progress& progress);

  [[nodiscard]] const crypto::KeygenConfig& config() const { return config_; }
  [[nodiscard]] const crypto::OwnDealing& own(std::uint16_t party) const { return own_[party]; }
  [[nodiscard]] std::uint64_t total_bytes() const;
  /// Parses all dealings. Remembered per thread as in production: a new thread parses anew.
  [[nodiscard]] std::vector<crypto::DealingRef> parsed() const;

 private:
  explicit DealtGroup(crypto::KeygenConfig config) : config_(std::move(config)) {}
  crypto::KeygenConfig config_;
  std::vector<crypto::OwnDealing> own_;
};

/// The members of a finished group, ready to sign.
struct SigningGroup {
  crypto::GroupRef group;
  std::vector<crypto::ShareSigner> signers;
  std::vector<crypto::NonceBatch> batches;

  static SigningGroup finish(const DealtGroup& dealt, const Progress& progress);
  /// Asks the first `parties` members for nonce number `nonce` of their batches on block `nonce`.
  [[nodiscard]] crypto::SigningRequest request(std::uint16_t parties, std::uint32_t nonce) const;
};

}  // namespace quorate::bench
