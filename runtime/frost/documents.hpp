// The JSON documents that members of a key generation or a signing hand to each other. What the
// protocol defines as bytes stays bytes, in hexadecimal under "bytes"; everything else in such a
// document is for people and never read. A document that speaks for a member carries the member's
// BIP 340 signature over H_quorate/frost-document(kind ‖ 0 ‖ cid ‖ member2 ‖ bytes).
#pragma once

#include <nlohmann/json.hpp>

#include "crypto/frost_session.hpp"
#include "runtime/frost/secret_files.hpp"

namespace quorate::frost {

using Json = nlohmann::ordered_json;

/// Kinds of documents: the words after "quorate frost " under "document".
namespace kinds {
inline constexpr std::string_view key = "key";  ///< A member's own key, encrypted.
inline constexpr std::string_view group = "group";
inline constexpr std::string_view state = "dealer state";  ///< A dealer's randomness, encrypted.
inline constexpr std::string_view dealing = "dealing";
inline constexpr std::string_view confirmation = "confirmation";
inline constexpr std::string_view complaint = "complaint";
inline constexpr std::string_view outcome = "outcome";
inline constexpr std::string_view shares = "shares";  ///< A member's key shares, encrypted.
inline constexpr std::string_view secret_nonces = "secret nonces";
inline constexpr std::string_view nonces = "nonces";
inline constexpr std::string_view request = "request";
inline constexpr std::string_view share = "signature share";
inline constexpr std::string_view signature = "signature";
}  // namespace kinds

/// A new document with its first field.
[[nodiscard]] Json new_document(std::string_view kind);
/// @returns document_malformed, document_of_other_kind; details name `where`.
[[nodiscard]] Result<Json> parse_document(const std::string& text, std::string_view kind,
                                          const std::string& where);
/// The kind of any document. @returns document_malformed.
[[nodiscard]] Result<std::string> kind_of(const Json& document, const std::string& where);

/// Fields that must be there. @returns document_malformed naming the field.
[[nodiscard]] Result<std::string> text_field(const Json& document, const std::string& name);
[[nodiscard]] Result<std::uint64_t> number_field(const Json& document, const std::string& name);
[[nodiscard]] Result<Bytes> bytes_field(const Json& document, const std::string& name);
template <class T>
[[nodiscard]] Result<T> fixed_field(const Json& document, const std::string& name) {
  TRY_ASSIGN(const Bytes bytes, bytes_field(document, name));
  if (bytes.size() != T::size) return Error{Errc::document_malformed, name + ": length"};
  return T::from(bytes);
}

/// A key generation with the names of its members.
struct Group {
  crypto::KeygenConfig config;
  std::vector<std::string> names;

  [[nodiscard]] const std::string& name(MemberIndex member) const { return names[member.value]; }
  /// @returns no_such_member.
  [[nodiscard]] Result<MemberIndex> named(const std::string& name) const;
  /// The member whose key this is. @returns no_such_member.
  [[nodiscard]] Result<MemberIndex> owner(const crypto::SecretKey& key) const;
};

[[nodiscard]] Json to_json(const Group& group);
/// @returns document_malformed, bad_keygen_config.
[[nodiscard]] Result<Group> group_from(const Json& document);

/// A finished group: what coordinators, signers and verifiers need. Names as in `Group`.
struct FinishedGroup {
  Group group;
  crypto::GroupRef keys;
  BitVector qualified;
};
[[nodiscard]] Json to_json(const Group& group, const crypto::KeygenOutcome& outcome);
/// Checks that the public shares are points of one polynomial through the key.
/// @returns document_malformed, bad_keygen_config, bad_public_share, key_material_mismatch.
[[nodiscard]] Result<FinishedGroup> finished_from(const Json& document);

/// What a member says: bytes with a signature.
struct Statement {
  MemberIndex member;
  Bytes bytes;
};
[[nodiscard]] Json sign_statement(std::string_view kind, const Group& group, MemberIndex member,
                                  const crypto::SecretKey& key, ByteView bytes);
/// @returns document_malformed, document_of_other_group, no_such_member, bad_signature.
[[nodiscard]] Result<Statement> read_statement(std::string_view kind, const Group& group,
                                               const Json& document);
/// A statement whose bytes are the encoding of a T. @returns also the errors of decode.
template <class T>
[[nodiscard]] Result<std::pair<MemberIndex, T>> read_said(std::string_view kind, const Group& group,
                                                          const Json& document) {
  TRY_ASSIGN(const Statement statement, read_statement(kind, group, document));
  TRY_ASSIGN(T value, decode<T>(statement.bytes));
  return std::pair{statement.member, std::move(value)};
}

/// '0'/'1' text as in reports. @returns document_malformed.
[[nodiscard]] Result<BitVector> bits_from(const std::string& text);

}  // namespace quorate::frost
