// `quorate frost nonces`, `request`, `sign`, `aggregate`, `verify`: one function per verb.
// Source: docs/threshold_signing.md "From the shell".
#pragma once

#include "runtime/frost/keygen_verbs.hpp"

namespace quorate::frost {

/// A batch of nonces: what to keep (encrypted under the member's key) and what to publish.
struct NewNonces {
  Json secret;
  Json published;
};
[[nodiscard]] Result<NewNonces> new_nonces(const FinishedGroup& group, const crypto::SecretKey& key,
                                           const crypto::PartyKey& shares);

/// Asks everybody whose published nonces are given, each for the first nonce that no request in
/// `used` names. @returns the errors of read_said and check_request; unknown_nonce (none left).
[[nodiscard]] Result<Json> new_request(const FinishedGroup& group,
                                       const crypto::SigningSubject& subject,
                                       const std::vector<Json>& nonces,
                                       const std::vector<Json>& used);

/// Stores a changed document so that no crash brings the old one back.
using Persist = std::function<Result<>(const Json& document)>;

/// Answers a request. The nonce is erased from `secret_nonces` and that is persisted before the
/// signature share exists; the share is persisted before it is returned. The same request again
/// gives the same share; another request for a spent nonce is refused for ever.
/// @returns nonce_used, unknown_nonce, foreign_nonce, not_a_signer, the errors of check_request.
[[nodiscard]] Result<Json> sign(const FinishedGroup& group, const crypto::SecretKey& key,
                                const crypto::PartyKey& shares, Json& secret_nonces,
                                const Json& request, const Persist& persist);

/// The signature, or who is to blame that there is none.
struct Aggregated {
  std::optional<Json> signature;
  std::vector<std::pair<std::string, Error>> wrong;
};
/// @returns shares_missing (naming who has not answered), the errors of read_said.
[[nodiscard]] Result<Aggregated> aggregate(const FinishedGroup& group, const Json& request,
                                           const std::vector<Json>& shares);

/// Whether the group signed; `expected` is what it should have signed, if the caller knows.
/// @returns bad_signature, bad_attestation, below_threshold, document_of_other_group.
[[nodiscard]] Result<> verify(const FinishedGroup& group, const Json& signature,
                              const std::optional<Hash256>& expected);

}  // namespace quorate::frost
