#include "runtime/frost/keygen_verbs.hpp"

#include <charconv>
#include <set>

#include <fmt/format.h>

namespace quorate::frost {

using namespace crypto;

namespace {

/// What a key file says openly, and what its box is bound to.
Bytes key_public_part(const std::string& name, const PublicKey& key) {
  Bytes out = quorate::to_bytes(as_bytes(name));
  append(out, key.view());
  return out;
}

Result<Hash256> open_state(const Group& group, const SecretKey& key, const Json& state) {
  TRY_ASSIGN(const KeygenId keygen, fixed_field<KeygenId>(state, "cid"));
  if (keygen != group.config.id()) return Errc::document_of_other_group;
  TRY_ASSIGN(const Bytes sealed, bytes_field(state, "sealed"));
  TRY_ASSIGN(const SecretBytes rand32, open_with_key(key, kinds::state, keygen.view(), sealed));
  if (rand32.size() != Hash256::size) return Error{Errc::document_malformed, "dealer state"};
  return Hash256::from(rand32.view());
}

Result<OwnDealing> own_dealing(const Group& group, MemberIndex me, const SecretKey& key,
                               const Json& state) {
  TRY_ASSIGN(const Hash256 rand32, open_state(group, key, state));
  return crypto::deal(group.config, me, key, rand32);
}

/// The own dealing when there is a state to make it from.
Result<std::optional<OwnDealing>> own_if_dealt(const Group& group, MemberIndex me,
                                               const SecretKey& key, const Json* state) {
  std::optional<OwnDealing> out;
  if (state != nullptr) {
    TRY_ASSIGN(out, own_dealing(group, me, key, *state));
  }
  return out;
}

/// Flips a bit in the box of `victim`, found by its place in the layout (frost_dealing.hpp).
Bytes with_damaged_box(const Group& group, MemberIndex dealer, Bytes bytes, MemberIndex victim) {
  std::size_t after = 0;
  for (std::uint16_t q = group.config.party_count(); q-- > victim.value + 1;) {
    if (q != dealer.value) after += 32 * group.config.party(MemberIndex{q}).ids.size() + 16;
  }
  bytes[bytes.size() - 1 - after] ^= 1;
  return bytes;
}

Result<DealingRef> read_dealing(const Group& group, const Json& document, MemberIndex& dealer) {
  TRY_ASSIGN(Statement statement, read_statement(kinds::dealing, group, document));
  dealer = statement.member;
  TRY_ASSIGN(DealingRef dealing,
             parse_dealing(group.config, SharedBytes{std::move(statement.bytes)}));
  if (dealing->dealer() != dealer) return Error{Errc::bad_dealing, "index"};
  return dealing;
}

/// Complaints in a confirmation, or the one complaint; only their author's own.
Result<std::vector<Complaint>> complaints_in(const Group& group, const Json& document) {
  TRY_ASSIGN(const std::string kind, kind_of(document, "accusation"));
  std::vector<Complaint> out;
  MemberIndex author;
  if (kind == kinds::complaint) {
    TRY_ASSIGN(const auto said, read_said<Complaint>(kinds::complaint, group, document));
    author = said.first;
    out.push_back(said.second);
  } else if (kind == kinds::confirmation) {
    TRY_ASSIGN(const auto said, read_said<Confirmation>(kinds::confirmation, group, document));
    author = said.first;
    out = said.second.complaints;
  } else {
    return Error{Errc::document_of_other_kind, "'" + kind + "' accuses nobody"};
  }
  std::erase_if(out, [author](const Complaint& c) { return c.complainer != author; });
  return out;
}

/// What the confirmations add up to.
struct Heard {
  BitVector confirmed;                     ///< Who confirmed.
  std::map<MemberIndex, Error> convicted;  ///< Dealers, with the reason.
};

Result<> hear(const Group& group, const Dealings& dealings, const Json& document, Heard& heard) {
  TRY_ASSIGN(const auto said, read_said<Confirmation>(kinds::confirmation, group, document));
  const auto& [member, confirmation] = said;
  if (confirmation.keygen != group.config.id() ||
      confirmation.dealings.size() != group.config.party_count()) {
    return Error{Errc::document_of_other_group, group.name(member) + "'s confirmation"};
  }
  heard.confirmed.set(member.value);
  for (const DealingRef& dealing : dealings.good) {
    const MemberIndex dealer = dealing->dealer();
    const Hash256& seen = confirmation.dealings[dealer.value];
    if (!seen.is_zero() && seen != dealing->hash()) {
      heard.convicted.emplace(
          dealer, Error{Errc::dealer_equivocated, group.name(member) + " saw another dealing"});
    }
    for (const Complaint& c : confirmation.complaints) {
      if (c.dealer != dealer || c.complainer != member) continue;
      TRY_ASSIGN(const Verdict verdict, crypto::judge(group.config, *dealing, c));
      if (verdict.guilty != Verdict::Guilty::dealer) continue;
      heard.convicted.emplace(dealer, Error{verdict.reason, "complaint of " + group.name(member)});
    }
  }
  return done();
}

Json seal_key_shares(const Group& group, const SecretKey& host, const ThresholdGroup& keys,
                     const PartyKey& shares) {
  SecretBytes plain{32 * shares.shares.size()};
  for (std::size_t i = 0; i < shares.shares.size(); ++i) {
    const ByteView share = shares.shares[i].value.reveal();
    std::copy(share.begin(), share.end(), plain.writable().begin() + 32 * i);
  }
  Json out = new_document(kinds::shares);
  out["cid"] = to_hex(group.config.id());
  out["key"] = to_hex(keys.key());
  out["from"] = group.name(shares.party);
  out["sealed"] = to_hex(seal_with_key(host, kinds::shares, keys.key().view(), plain.view()));
  return out;
}

}  // namespace

Json new_key(const std::string& name, ByteView passphrase, PassphraseCost cost) {
  const SecretKey key = SecretKey::generate();
  Json out = new_document(kinds::key);
  out["name"] = name;
  out["key"] = to_hex(key.public_key());
  out["sealed"] = to_hex(seal_with_passphrase(
      passphrase, cost, key_public_part(name, key.public_key()), key.reveal()));
  return out;
}

Result<SecretKey> open_key(const Json& document, const AskPassphrase& ask) {
  TRY_ASSIGN(const std::string name, text_field(document, "name"));
  TRY_ASSIGN(const PublicKey public_key, fixed_field<PublicKey>(document, "key"));
  TRY_ASSIGN(const Bytes sealed, bytes_field(document, "sealed"));
  TRY_ASSIGN(const SecretBytes passphrase, ask());
  TRY_ASSIGN(const SecretBytes secret,
             open_with_passphrase(passphrase.view(), key_public_part(name, public_key), sealed));
  TRY_ASSIGN(SecretKey key, SecretKey::from(secret.view()));
  if (key.public_key() != public_key) return Error{Errc::document_malformed, "key"};
  return key;
}

Result<MemberText> member_from(const std::string& text) {
  const Error refusal{Errc::bad_option, fmt::format("--member '{}': write name:key:slots", text)};
  const std::size_t last = text.rfind(':');
  const std::size_t first = text.find(':');
  if (first == std::string::npos || first == last || first == 0) return refusal;
  MemberText out;
  out.name = text.substr(0, first);
  const auto key = fixed_from_hex<PublicKey>(text.substr(first + 1, last - first - 1));
  const auto [end, failed] =
      std::from_chars(text.data() + last + 1, text.data() + text.size(), out.slots);
  if (!key.ok() || failed != std::errc{} || end != text.data() + text.size()) return refusal;
  out.key = *key;
  return out;
}

Result<Group> new_group(const std::vector<MemberText>& members, const GroupTerms& terms) {
  KeygenSpec spec{terms.network, terms.kind, terms.generation, terms.attempt, 0, {}};
  std::vector<std::string> names;
  std::set<std::string> distinct;
  std::uint32_t next = 0;
  for (const MemberText& member : members) {
    if (!distinct.insert(member.name).second || member.slots > max_key_ids) {
      return Error{Errc::bad_option, "--member '" + member.name + "': named twice, or too heavy"};
    }
    KeygenParty party{member.key, {}};
    for (std::uint32_t i = 0; i < member.slots; ++i) party.ids.push_back(SlotIndex{next++});
    spec.parties.push_back(std::move(party));
    names.push_back(member.name);
  }
  spec.threshold = terms.threshold.value_or(threshold_of(next));
  TRY_ASSIGN(KeygenConfig config, KeygenConfig::make(std::move(spec)));
  return Group{std::move(config), std::move(names)};
}

Json new_dealer_state(const Group& group, const SecretKey& key) {
  const Hash256 rand32 = fresh_randomness();
  Json out = new_document(kinds::state);
  out["cid"] = to_hex(group.config.id());
  out["sealed"] = to_hex(seal_with_key(key, kinds::state, group.config.id().view(), rand32.view()));
  return out;
}

Result<Json> deal(const Group& group, const SecretKey& key, const Json& state,
                  std::optional<MemberIndex> damaged) {
  TRY_ASSIGN(const MemberIndex me, group.owner(key));
  TRY_ASSIGN(const OwnDealing own, own_dealing(group, me, key, state));
  Bytes bytes = own.bytes.get();
  if (damaged && *damaged != me) {
    bytes = with_damaged_box(group, me, std::move(bytes), *damaged);
  }
  return sign_statement(kinds::dealing, group, me, key, bytes);
}

Result<Dealings> read_dealings(const Group& group, const std::vector<Json>& documents) {
  Dealings out;
  std::set<MemberIndex> seen;
  for (const Json& document : documents) {
    MemberIndex dealer;
    TRY(read_statement(kinds::dealing, group, document));
    Result<DealingRef> dealing = read_dealing(group, document, dealer);
    if (!seen.insert(dealer).second) {
      return Error{Errc::bad_qualified_set, "two dealings of " + group.name(dealer)};
    }
    if (dealing.ok()) {
      out.good.push_back(*dealing);
    } else {
      out.refused.emplace(dealer, dealing.error());
    }
  }
  std::sort(out.good.begin(), out.good.end(),
            [](const DealingRef& a, const DealingRef& b) { return a->dealer() < b->dealer(); });
  return out;
}

Result<Json> confirm(const Group& group, const SecretKey& key, const Json* state,
                     const Dealings& dealings) {
  TRY_ASSIGN(const MemberIndex me, group.owner(key));
  TRY_ASSIGN(const std::optional<OwnDealing> own, own_if_dealt(group, me, key, state));
  TRY_ASSIGN(const Examination seen, examine_dealings(group.config, me, key, dealings.good,
                                                      own ? &*own : nullptr, fresh_randomness()));
  const Confirmation confirmation = crypto::confirm(group.config, dealings.good, seen);
  Json out = sign_statement(kinds::confirmation, group, me, key, encode(confirmation));
  out["complains_about"] = Json::array();
  for (const Complaint& c : seen.complaints) out["complains_about"].push_back(group.name(c.dealer));
  out["refuses"] = Json::object();
  for (const auto& [dealer, why] : dealings.refused) {
    out["refuses"][group.name(dealer)] = why.message();
  }
  return out;
}

Result<Json> complain(const Group& group, const SecretKey& key, const Json& document) {
  TRY_ASSIGN(const MemberIndex me, group.owner(key));
  MemberIndex dealer;
  TRY_ASSIGN(const DealingRef dealing, read_dealing(group, document, dealer));
  TRY_ASSIGN(const Complaint complaint,
             crypto::complain(group.config, *dealing, me, key, fresh_randomness()));
  Json out = sign_statement(kinds::complaint, group, me, key, encode(complaint));
  out["about"] = group.name(dealer);
  return out;
}

Result<Verdict> judge(const Group& group, const Json& dealing_document, const Json& accusation) {
  MemberIndex dealer;
  TRY_ASSIGN(const DealingRef dealing, read_dealing(group, dealing_document, dealer));
  TRY_ASSIGN(const std::vector<Complaint> complaints, complaints_in(group, accusation));
  for (const Complaint& c : complaints) {
    if (c.dealer == dealer) return crypto::judge(group.config, *dealing, c);
  }
  return Error{Errc::bad_complaint, "none about " + group.name(dealer)};
}

Result<Finished> finish(const Group& group, const SecretKey& key, const Json* state,
                        const Dealings& dealings, const std::vector<Json>& confirmations) {
  TRY_ASSIGN(const MemberIndex me, group.owner(key));
  Heard heard{BitVector{group.config.party_count()}, dealings.refused};
  for (const Json& document : confirmations) TRY(hear(group, dealings, document, heard));
  if (group.config.weight_of(heard.confirmed).value < group.config.threshold()) {
    return Error{Errc::below_threshold, "confirmations by members " + heard.confirmed.to_text()};
  }
  std::vector<DealingRef> rest = dealings.good;
  std::erase_if(rest, [&](const DealingRef& d) { return heard.convicted.contains(d->dealer()); });
  TRY_ASSIGN(const OutcomeRef outcome, combine_dealings(group.config, rest));
  TRY_ASSIGN(const std::optional<OwnDealing> own, own_if_dealt(group, me, key, state));
  TRY_ASSIGN(const Examination seen, examine_dealings(group.config, me, key, rest,
                                                      own ? &*own : nullptr, fresh_randomness()));
  if (!seen.complaints.empty()) {
    return Error{Errc::bad_share, fmt::format("of {}: publish a complaint and let all finish again",
                                              group.name(seen.complaints.front().dealer))};
  }
  TRY_ASSIGN(const PartyKey shares, finish_shares(group.config, *outcome, me, seen.shares));
  Finished out{to_json(group, *outcome), seal_key_shares(group, key, *outcome->group, shares), {}};
  for (const auto& [dealer, why] : heard.convicted)
    out.left_out.emplace_back(group.name(dealer), why);
  return out;
}

Result<PartyKey> open_key_shares(const FinishedGroup& group, const SecretKey& key,
                                 const Json& document) {
  TRY_ASSIGN(const MemberIndex me, group.group.owner(key));
  TRY_ASSIGN(const PublicKey of, fixed_field<PublicKey>(document, "key"));
  if (of != group.keys->key()) return Error{Errc::document_of_other_group, "shares"};
  TRY_ASSIGN(const Bytes sealed, bytes_field(document, "sealed"));
  TRY_ASSIGN(const SecretBytes plain, open_with_key(key, kinds::shares, of.view(), sealed));
  const std::vector<SlotIndex>& ids = group.group.config.party(me).ids;
  if (plain.size() != 32 * ids.size()) return Error{Errc::document_malformed, "shares"};
  PartyKey out{me, {}};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    TRY_ASSIGN(SecretScalar share, SecretScalar::from(plain.view().subspan(32 * i, 32)));
    out.shares.push_back({ids[i], std::move(share)});
  }
  return out;
}

}  // namespace quorate::frost
