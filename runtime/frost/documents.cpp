#include "runtime/frost/documents.hpp"

#include "crypto/hash.hpp"
#include "crypto/msm.hpp"

namespace quorate::frost {

using namespace crypto;

namespace {

constexpr std::string_view prefix = "quorate frost ";

Hash256 statement_digest(std::string_view kind, const KeygenId& keygen, MemberIndex member,
                         ByteView bytes) {
  Bytes data = quorate::to_bytes(as_bytes(kind));
  Writer{data}.put(std::uint8_t{0}).put(keygen).put(member).raw(bytes);
  return tagged_sha256("quorate/frost-document", data);
}

Result<KeygenParty> party_from(const Json& member, std::uint32_t& next_slot) {
  TRY_ASSIGN(const PublicKey key, fixed_field<PublicKey>(member, "key"));
  TRY_ASSIGN(const std::uint64_t slots, number_field(member, "slots"));
  if (slots > max_key_ids) return Error{Errc::document_malformed, "slots"};
  KeygenParty party{key, {}};
  for (std::uint64_t i = 0; i < slots; ++i) party.ids.push_back(SlotIndex{next_slot++});
  return party;
}

Result<std::vector<std::string>> names_from(const Json& members) {
  std::vector<std::string> out;
  for (const Json& member : members) {
    TRY_ASSIGN(std::string name, text_field(member, "name"));
    if (name.empty() || std::find(out.begin(), out.end(), name) != out.end()) {
      return Error{Errc::document_malformed, "a name is empty or given twice: '" + name + "'"};
    }
    out.push_back(std::move(name));
  }
  return out;
}

/// Σ λ_i·Y_i over all ids is the key exactly when the shares continue to it; that they are the
/// certified ones is what the outcomes of other members say.
bool reaches_key(const std::vector<Point>& public_shares, const PublicKey& key) {
  std::vector<SlotIndex> ids;
  for (std::uint32_t i = 0; i < public_shares.size(); ++i) ids.push_back(SlotIndex{i});
  const auto slots = static_cast<std::uint32_t>(public_shares.size());
  const Point sum = multi_multiply(lagrange_coefficients(slots, ids), public_shares);
  return !sum.is_infinity() && sum.serialize() == key;
}

}  // namespace

Json new_document(std::string_view kind) {
  return {{"document", std::string(prefix) + std::string(kind)}};
}

Result<std::string> kind_of(const Json& document, const std::string& where) {
  const auto named = text_field(document, "document");
  if (!named.ok() || named->compare(0, prefix.size(), prefix) != 0) {
    return Error{Errc::document_malformed, where + ": no document of this program"};
  }
  return named->substr(prefix.size());
}

Result<Json> parse_document(const std::string& text, std::string_view kind,
                            const std::string& where) {
  Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return Error{Errc::document_malformed, where + ": no JSON"};
  TRY_ASSIGN(const std::string found, kind_of(document, where));
  if (found != kind) {
    return Error{Errc::document_of_other_kind,
                 where + " holds '" + found + "', '" + std::string(kind) + "' is needed"};
  }
  return document;
}

Result<std::string> text_field(const Json& document, const std::string& name) {
  if (!document.is_object() || !document.contains(name) || !document[name].is_string()) {
    return Error{Errc::document_malformed, "text '" + name + "' is missing"};
  }
  return document[name].get<std::string>();
}

Result<std::uint64_t> number_field(const Json& document, const std::string& name) {
  if (!document.is_object() || !document.contains(name) || !document[name].is_number_unsigned()) {
    return Error{Errc::document_malformed, "number '" + name + "' is missing"};
  }
  return document[name].get<std::uint64_t>();
}

Result<Bytes> bytes_field(const Json& document, const std::string& name) {
  TRY_ASSIGN(const std::string text, text_field(document, name));
  Result<Bytes> bytes = from_hex(text);
  if (!bytes.ok()) return Error{Errc::document_malformed, name + ": no hexadecimal"};
  return bytes;
}

Result<MemberIndex> Group::named(const std::string& name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return Error{Errc::no_such_member, name};
  return MemberIndex{static_cast<std::uint16_t>(found - names.begin())};
}

Result<MemberIndex> Group::owner(const SecretKey& key) const {
  const auto member = config.find(key.public_key());
  if (!member) return Error{Errc::no_such_member, "key " + to_hex(key.public_key())};
  return *member;
}

Json to_json(const Group& group) {
  const KeygenSpec& spec = group.config.spec();
  Json out = new_document(kinds::group);
  out["cid"] = to_hex(group.config.id());
  out["network"] = spec.network;
  out["kind"] = static_cast<std::uint8_t>(spec.kind);
  out["generation"] = spec.generation;
  out["attempt"] = spec.attempt;
  out["threshold"] = spec.threshold;
  out["members"] = Json::array();
  for (std::size_t p = 0; p < spec.parties.size(); ++p) {
    out["members"].push_back({{"name", group.names[p]},
                              {"key", to_hex(spec.parties[p].key)},
                              {"slots", spec.parties[p].ids.size()}});
  }
  return out;
}

Result<Group> group_from(const Json& document) {
  KeygenSpec spec;
  TRY_ASSIGN(const std::uint64_t network, number_field(document, "network"));
  TRY_ASSIGN(const std::uint64_t kind, number_field(document, "kind"));
  TRY_ASSIGN(spec.generation, number_field(document, "generation"));
  TRY_ASSIGN(const std::uint64_t attempt, number_field(document, "attempt"));
  TRY_ASSIGN(const std::uint64_t threshold, number_field(document, "threshold"));
  constexpr std::uint64_t most = 0xffffffff;
  if (network > most || kind > 1 || attempt > most || threshold > most) {
    return Error{Errc::document_malformed, "a number of the group is out of range"};
  }
  spec.network = static_cast<std::uint32_t>(network);
  spec.kind = static_cast<GroupKind>(kind);
  spec.attempt = static_cast<std::uint32_t>(attempt);
  spec.threshold = static_cast<std::uint32_t>(threshold);
  if (!document.contains("members") || !document["members"].is_array()) {
    return Error{Errc::document_malformed, "list 'members' is missing"};
  }
  const Json& members = document["members"];
  if (members.size() > max_keygen_parties) return Error{Errc::document_malformed, "members"};
  TRY_ASSIGN(std::vector<std::string> names, names_from(members));
  std::uint32_t next_slot = 0;
  for (const Json& member : members) {
    TRY_ASSIGN(KeygenParty party, party_from(member, next_slot));
    spec.parties.push_back(std::move(party));
  }
  TRY_ASSIGN(KeygenConfig config, KeygenConfig::make(std::move(spec)));
  return Group{std::move(config), std::move(names)};
}

Json to_json(const Group& group, const KeygenOutcome& outcome) {
  Json out = new_document(kinds::outcome);
  const KeyCertificateContent& content = outcome.content;
  out["key"] = to_hex(content.group_key);
  out["bip340_key"] = to_hex(x_only(content.group_key));
  out["qualified"] = content.qualified.to_text();
  out["share_root"] = to_hex(content.share_root);
  out["dealings"] = Json::array();
  for (const Hash256& hash : content.dealings) out["dealings"].push_back(to_hex(hash));
  out["group"] = to_json(group);
  Bytes shares;
  for (const Point& y : outcome.group->public_shares()) append(shares, y.serialize_ext().view());
  out["public_shares"] = to_hex(shares);
  return out;
}

Result<FinishedGroup> finished_from(const Json& document) {
  if (!document.contains("group")) return Error{Errc::document_malformed, "'group' is missing"};
  TRY_ASSIGN(Group group, group_from(document["group"]));
  TRY_ASSIGN(const PublicKey key, fixed_field<PublicKey>(document, "key"));
  TRY_ASSIGN(const std::string bits, text_field(document, "qualified"));
  TRY_ASSIGN(BitVector qualified, bits_from(bits));
  TRY_ASSIGN(const Bytes encoded, bytes_field(document, "public_shares"));
  if (encoded.size() != std::size_t{PublicKey::size} * group.config.slots() ||
      qualified.size() != group.config.party_count()) {
    return Error{Errc::document_malformed,
                 "public_shares, qualified: not as many as the group has"};
  }
  Result<std::vector<Point>> shares = parse_points(encoded, Infinity::allowed);
  if (!shares.ok()) return Error{Errc::bad_public_share, shares.error().detail};
  if (!reaches_key(*shares, key)) return Errc::key_material_mismatch;
  auto keys = std::make_shared<const ThresholdGroup>(group.config, key, std::move(shares).value());
  return FinishedGroup{std::move(group), std::move(keys), std::move(qualified)};
}

Json sign_statement(std::string_view kind, const Group& group, MemberIndex member,
                    const SecretKey& key, ByteView bytes) {
  const Hash256 digest = statement_digest(kind, group.config.id(), member, bytes);
  Json out = new_document(kind);
  out["cid"] = to_hex(group.config.id());
  out["from"] = group.name(member);
  out["bytes"] = to_hex(bytes);
  out["signature"] = to_hex(sign_schnorr(key, digest, fresh_randomness()));
  return out;
}

Result<Statement> read_statement(std::string_view kind, const Group& group, const Json& document) {
  TRY_ASSIGN(const KeygenId keygen, fixed_field<KeygenId>(document, "cid"));
  if (keygen != group.config.id()) return Errc::document_of_other_group;
  TRY_ASSIGN(const std::string from, text_field(document, "from"));
  TRY_ASSIGN(const MemberIndex member, group.named(from));
  TRY_ASSIGN(Bytes bytes, bytes_field(document, "bytes"));
  TRY_ASSIGN(const SchnorrSignature signature,
             fixed_field<SchnorrSignature>(document, "signature"));
  const Hash256 digest = statement_digest(kind, keygen, member, bytes);
  if (!verify_schnorr(x_only(group.config.party(member).key), digest.view(), signature)) {
    return Error{Errc::bad_signature, "of " + from + " on its " + std::string(kind)};
  }
  return Statement{member, std::move(bytes)};
}

Result<BitVector> bits_from(const std::string& text) {
  if (text.empty() || text.size() > max_keygen_parties ||
      text.find_first_not_of("01") != std::string::npos) {
    return Error{Errc::document_malformed, "a list of bits: '" + text.substr(0, 20) + "'"};
  }
  BitVector out{static_cast<std::uint16_t>(text.size())};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '1') out.set(i);
  }
  return out;
}

}  // namespace quorate::frost
