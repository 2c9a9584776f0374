// `quorate frost keygen …` and `judge`: one function per verb, documents in and out.
// Source: docs/threshold_signing.md "From the shell".
#pragma once

#include <map>

#include "runtime/frost/documents.hpp"

namespace quorate::frost {

/// An encrypted key file for a fresh key. Public part: name and key.
[[nodiscard]] Json new_key(const std::string& name, ByteView passphrase, PassphraseCost cost);
/// @returns passphrase_missing, passphrase_wrong, document_malformed.
[[nodiscard]] Result<crypto::SecretKey> open_key(const Json& document, const AskPassphrase& ask);

/// One member of a group to be: "name:key:slots", the key in hexadecimal.
struct MemberText {
  std::string name;
  crypto::PublicKey key;
  std::uint32_t slots{};
};
/// @returns bad_option.
[[nodiscard]] Result<MemberText> member_from(const std::string& text);

struct GroupTerms {
  std::optional<std::uint32_t> threshold;  ///< Without one 67 % of the slots.
  std::uint32_t network{};
  GroupKind kind{};
  std::uint64_t generation{};
  std::uint32_t attempt{};
};
[[nodiscard]] Result<Group> new_group(const std::vector<MemberText>& members,
                                      const GroupTerms& terms);

/// A dealer's randomness for one group, encrypted under its key: store it before the dealing
/// leaves.
[[nodiscard]] Json new_dealer_state(const Group& group, const crypto::SecretKey& key);
/// The member's dealing; the same state gives the same dealing again. `damaged`, for rehearsals
/// only, spoils the box of one member. @returns no_such_member, unreadable_box (a foreign state).
[[nodiscard]] Result<Json> deal(const Group& group, const crypto::SecretKey& key, const Json& state,
                                std::optional<MemberIndex> damaged);

/// Dealings by dealer, those whose public part is wrong with the reason.
struct Dealings {
  std::vector<crypto::DealingRef> good;  ///< Ascending by dealer.
  std::map<MemberIndex, Error> refused;  ///< Convicted by their own signed bytes.
};
/// @returns the errors of read_statement; bad_qualified_set for two documents of one dealer.
[[nodiscard]] Result<Dealings> read_dealings(const Group& group,
                                             const std::vector<Json>& documents);

/// Examines all dealings with the member's eyes. `state` is its own, if it dealt.
[[nodiscard]] Result<Json> confirm(const Group& group, const crypto::SecretKey& key,
                                   const Json* state, const Dealings& dealings);
/// A complaint about one dealing, whether or not there is a reason; the judge will see.
[[nodiscard]] Result<Json> complain(const Group& group, const crypto::SecretKey& key,
                                    const Json& dealing);

/// Judges every complaint about this dealing in a complaint or confirmation document. @returns as
/// crypto::judge; bad_complaint when there is none.
[[nodiscard]] Result<crypto::Verdict> judge(const Group& group, const Json& dealing,
                                            const Json& accusation);

/// Who was left out of a finished key generation, and why.
struct Finished {
  Json outcome;
  Json shares;
  std::vector<std::pair<std::string, Error>> left_out;
};
/// Leaves out refused and convicted dealers and those who dealt differently to others, adds the
/// rest up and takes the own shares. @returns below_threshold (confirmations of less than T, the
/// member's own included), too_few_dealers, bad_share.
[[nodiscard]] Result<Finished> finish(const Group& group, const crypto::SecretKey& key,
                                      const Json* state, const Dealings& dealings,
                                      const std::vector<Json>& confirmations);

/// The member's key shares. @returns unreadable_box, document_of_other_group.
[[nodiscard]] Result<crypto::PartyKey> open_key_shares(const FinishedGroup& group,
                                                       const crypto::SecretKey& key,
                                                       const Json& document);

}  // namespace quorate::frost
