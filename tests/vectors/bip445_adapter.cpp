#include "bip445_adapter.hpp"

#include <algorithm>

namespace quorate::vectors {
namespace {

using namespace crypto;

Json value_error(const std::string& message) {
  return {{"type", "ValueError"}, {"message", message}};
}

Json contribution_error(const Json& signer, const std::string& what) {
  return {{"type", "InvalidContributionError"}, {"signer_index", signer}, {"contrib", what}};
}

/// The reference's words for a refusal of ours.
Json translate(const Error& error) {
  switch (error.code) {
    case Errc::bad_threshold:
      return value_error("The threshold must be 1 <= t <= n.");
    case Errc::bad_signer_count:
      return value_error("The number of signers must be between t and n.");
    case Errc::key_id_out_of_range:
      return value_error("The participant identifier at index " + error.detail +
                         " is out of range.");
    case Errc::bad_public_share:
      return value_error("Invalid pubshare at index " + error.detail + ".");
    case Errc::duplicate_key_id:
      return value_error("The participant identifier list contains duplicate elements.");
    case Errc::key_material_mismatch:
      return value_error("The provided key material is incorrect.");
    case Errc::tweak_out_of_range:
      return value_error("The tweak value is out of range.");
    case Errc::tweaked_key_infinite:
      return value_error("The result of tweaking cannot be infinity.");
    case Errc::bad_aggregate_nonce:
      return contribution_error(nullptr, "aggnonce");
    case Errc::bad_public_nonce:
      return contribution_error(std::stoi(error.detail), "pubnonce");
    case Errc::bad_secret_nonce:
      return value_error(error.detail + " secnonce value is out of range.");
    case Errc::bad_secret_scalar:
      return value_error("The signer's secret share value is out of range.");
    case Errc::foreign_public_share:
      return value_error("The signer's pubshare must be included in the list of pubshares.");
    case Errc::not_a_signer:
      return value_error("The signer's id must be present in the participant identifier list.");
    case Errc::bad_partial_signature:
      return contribution_error(std::stoi(error.detail), "psig");
    case Errc::partial_count_mismatch:
      return value_error("The psigs and ids arrays must have the same length.");
    default:
      return value_error(error.message());
  }
}

std::string text(const Json& list, const Json& index) {
  return list.at(index.get<std::size_t>()).get<std::string>();
}

Result<SignerSet> signers_of(const Bip445Case& c) {
  std::vector<SignerKeys> parties;
  const std::vector<std::uint32_t> ids = c.ids();
  const Json& shares = c.test.at("pubshare_indices");
  REQUIRE(shares.size() == ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    parties.push_back({{SlotIndex{ids[i]}},
                       {fixed<PublicKey>(text(c.group.at("pubshares"), shares.at(i)))}});
  }
  return SignerSet::validate(c.n(), c.t(), parties, c.threshold_key());
}

/// Tweaks as (bytes, mode) lists that may have unequal or wrong lengths in error cases.
Result<std::vector<Tweak>> tweaks_of(const Bip445Case& c, std::optional<Json>& adapter_error) {
  std::vector<Tweak> out;
  if (!c.test.contains("tweak_indices")) return out;
  const Json& indices = c.test.at("tweak_indices");
  const Json& modes = c.test.at("is_xonly");
  if (indices.size() != modes.size()) {
    adapter_error = value_error("The tweaks and is_xonly arrays must have the same length.");
    return Errc::tweak_out_of_range;
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const Bytes bytes = hex(text(c.group.at("tweaks"), indices.at(i)));
    if (bytes.size() != 32) {
      // Our tweaks have 32 bytes by type; the wrong length can only be seen here.
      adapter_error = value_error("The tweak must be a 32-byte array.");
      return Errc::tweak_out_of_range;
    }
    out.push_back({Hash256::from(bytes),
                   modes.at(i).get<bool>() ? TweakMode::x_only : TweakMode::plain});
  }
  return out;
}

struct Prepared {
  SignerSet signers;
  SessionValues session;
};

Result<Prepared> prepare(const Bip445Case& c, const AggregateNonce& nonce,
                         std::optional<Json>& adapter_error) {
  TRY_ASSIGN(SignerSet signers, signers_of(c));
  TRY_ASSIGN(const std::vector<Tweak> tweaks, tweaks_of(c, adapter_error));
  TRY_ASSIGN(const TweakedKey tweaked, tweak_key(c.threshold_key(), tweaks));
  TRY_ASSIGN(const SessionValues session,
             session_values(signers, nonce, tweaked, hex(c.test.at("msg").get<std::string>())));
  return Prepared{std::move(signers), session};
}

Result<PartialSignature> sign_case(const Bip445Case& c, std::optional<Json>& adapter_error) {
  TRY_ASSIGN(const Prepared ready,
             prepare(c, fixed<AggregateNonce>(c.test.at("aggnonce").get<std::string>()),
                     adapter_error));
  TRY_ASSIGN(SecretNonce nonce,
             SecretNonce::from(hex(text(c.group.at("secnonces"), c.test.at("secnonce_index")))));
  TRY_ASSIGN(SecretScalar share, SecretScalar::from(hex(text(c.group.at("secshares"),
                                                             c.test.at("secshare_index")))));
  PartyKey key;
  key.shares.push_back({SlotIndex{c.test.at("my_id").get<std::uint32_t>()}, std::move(share)});
  const std::size_t me = c.my_position();
  TRY_ASSIGN(const SecretScalar d, aggregate_share(ready.signers, me, key));
  return sign_partial(ready.session, std::move(nonce), d, ready.signers.party_key(me));
}

Result<bool> verify_case(const Bip445Case& c, std::optional<Json>& adapter_error) {
  TRY(signers_of(c));
  const std::vector<PublicNonce> nonces = c.nonces();
  TRY_ASSIGN(const AggregateNonce aggregate, aggregate_nonces(nonces));
  TRY_ASSIGN(const Prepared ready, prepare(c, aggregate, adapter_error));
  const auto who = c.test.at("signer_index").get<std::size_t>();
  return verify_partial(ready.session, nonces.at(who), ready.signers.party_key(who),
                        fixed<PartialSignature>(c.test.at("psig").get<std::string>()))
      .ok();
}

Result<SchnorrSignature> aggregate_case(const Bip445Case& c, std::optional<Json>& adapter_error) {
  TRY_ASSIGN(const Prepared ready,
             prepare(c, fixed<AggregateNonce>(c.test.at("aggnonce").get<std::string>()),
                     adapter_error));
  std::vector<PartialSignature> partials;
  for (const Json& psig : c.test.at("psigs")) {
    partials.push_back(fixed<PartialSignature>(psig.get<std::string>()));
  }
  return aggregate_partials(ready.session, ready.signers, partials);
}

template <class T, class F>
Bip445Outcome<T> outcome(F run) {
  std::optional<Json> adapter_error;
  Result<T> result = run(adapter_error);
  if (result.ok()) return {std::move(result).value(), {}};
  return {std::nullopt, adapter_error ? *adapter_error : translate(result.error())};
}

}  // namespace

std::size_t Bip445Case::my_position() const {
  const std::vector<std::uint32_t> all = ids();
  const auto me = test.at("my_id").get<std::uint32_t>();
  // A party that is not there gets a position behind the end, which signing refuses.
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), me) - all.begin());
}

std::vector<PublicNonce> Bip445Case::nonces() const {
  std::vector<PublicNonce> out;
  for (const Json& index : test.at("pubnonce_indices")) {
    out.push_back(fixed<PublicNonce>(text(group.at("pubnonces"), index)));
  }
  return out;
}

Bip445Outcome<PartialSignature> run_sign(const Bip445Case& c) {
  return outcome<PartialSignature>([&](auto& error) { return sign_case(c, error); });
}

Bip445Outcome<bool> run_verify(const Bip445Case& c) {
  return outcome<bool>([&](auto& error) { return verify_case(c, error); });
}

Bip445Outcome<SchnorrSignature> run_aggregate(const Bip445Case& c) {
  return outcome<SchnorrSignature>([&](auto& error) { return aggregate_case(c, error); });
}

Bip445Outcome<AggregateNonce> run_nonce_aggregation(const std::vector<PublicNonce>& nonces) {
  return outcome<AggregateNonce>([&](auto&) { return aggregate_nonces(nonces); });
}

}  // namespace quorate::vectors
