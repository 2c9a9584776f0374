#include "runtime/frost/signing_verbs.hpp"

#include <sodium.h>

#include <fmt/format.h>

#include "crypto/hash.hpp"

namespace quorate::frost {

using namespace crypto;

namespace {

constexpr std::size_t nonce_size = 64;

/// One request a batch has answered; the share is absent between the two writes of `sign`.
struct Answer {
  SessionId session;
  std::uint32_t index{};
  std::optional<SignatureShare> share;
  bool operator==(const Answer&) const = default;
  static constexpr auto wire_fields() {
    return std::make_tuple(&Answer::session, &Answer::index, &Answer::share);
  }
};
using Answers = List<Answer, nonces_per_batch>;

/// A batch read back from its file.
struct Batch {
  NonceCommitments published;
  Answers answers;
  SecretBytes secrets;  ///< k1 ‖ k2 per nonce, zeros where spent.

  [[nodiscard]] Bytes public_part() const {
    Bytes out = encode(published);
    append(out, encode(answers));
    return out;
  }
  [[nodiscard]] std::span<std::uint8_t> secret(std::uint32_t index) {
    return secrets.writable().subspan(nonce_size * (index - published.base), nonce_size);
  }
};

void write_batch(const Batch& batch, const SecretKey& key, Json& document) {
  const Bytes open = batch.public_part();
  document["nonces"] = to_hex(encode(batch.published));
  document["answers"] = to_hex(encode(batch.answers));
  document["sealed"] = to_hex(seal_with_key(key, kinds::secret_nonces, open, batch.secrets.view()));
}

Result<Batch> read_batch(const FinishedGroup& group, const SecretKey& key, const Json& document) {
  TRY_ASSIGN(const PublicKey of, fixed_field<PublicKey>(document, "key"));
  if (of != group.keys->key()) return Error{Errc::document_of_other_group, "secret nonces"};
  TRY_ASSIGN(const Bytes published, bytes_field(document, "nonces"));
  TRY_ASSIGN(const Bytes answers, bytes_field(document, "answers"));
  TRY_ASSIGN(const Bytes sealed, bytes_field(document, "sealed"));
  Batch out{{}, {}, SecretBytes{0}};
  TRY_ASSIGN(out.published, decode<NonceCommitments>(published));
  TRY_ASSIGN(out.answers, decode<Answers>(answers));
  TRY_ASSIGN(out.secrets, open_with_key(key, kinds::secret_nonces, out.public_part(), sealed));
  if (out.secrets.size() != nonce_size * out.published.nonces.size()) {
    return Error{Errc::document_malformed, "secret nonces"};
  }
  return out;
}

Result<SigningRequest> read_request(const Json& document) {
  TRY_ASSIGN(const Bytes bytes, bytes_field(document, "bytes"));
  return decode<SigningRequest>(bytes);
}

/// The own entry, if the request shows what this batch published.
Result<RequestEntry> own_entry(const SigningRequest& request, MemberIndex me, const Batch& batch) {
  for (const RequestEntry& entry : request.entries) {
    if (entry.party != me) continue;
    if (entry.batch != batch.published.batch || entry.index < batch.published.base ||
        entry.index - batch.published.base >= batch.published.nonces.size()) {
      return Errc::unknown_nonce;
    }
    const std::uint32_t place = entry.index - batch.published.base;
    if (batch.published.nonces[place] != entry.nonce) return Errc::foreign_nonce;
    return entry;
  }
  return Errc::not_a_signer;
}

std::size_t position_of(const SigningRequest& request, MemberIndex member) {
  std::size_t position = 0;
  while (request.entries[position].party != member) ++position;
  return position;
}

Json share_document(const FinishedGroup& group, const SecretKey& key, MemberIndex me,
                    const SignatureShare& share) {
  return sign_statement(kinds::share, group.group, me, key, encode(share));
}

Result<SignatureShare> make_share(const SecretKey& key, const PartyKey& shares,
                                  const SigningRequest& request, const SessionContext& session,
                                  std::uint32_t index, SecretNonce nonce) {
  const std::size_t position = position_of(request, shares.party);
  TRY_ASSIGN(const SecretScalar sum, aggregate_share(*session.signers, position, shares));
  TRY_ASSIGN(const PartialSignature partial, sign_partial(session.values, std::move(nonce), sum,
                                                          session.signers->party_key(position)));
  SignatureShare out{session.id, index, partial, {}};
  if (request.subject.kind == SigningSubject::Kind::block) {
    out.attestation =
        sign_schnorr(key, attestation_digest(session.message, shares.party), fresh_randomness());
  }
  return out;
}

/// How far earlier requests have used each batch.
std::map<BatchId, std::uint32_t> next_unused(const std::vector<SigningRequest>& used) {
  std::map<BatchId, std::uint32_t> out;
  for (const SigningRequest& request : used) {
    for (const RequestEntry& entry : request.entries) {
      std::uint32_t& next = out[entry.batch];
      next = std::max(next, entry.index + 1);
    }
  }
  return out;
}

Result<RequestEntry> entry_for(const FinishedGroup& group, MemberIndex member,
                               const NonceCommitments& list,
                               const std::map<BatchId, std::uint32_t>& next) {
  const auto used = next.find(list.batch);
  const std::uint32_t index = used == next.end() ? list.base : std::max(used->second, list.base);
  if (index - list.base >= list.nonces.size()) {
    return Error{Errc::unknown_nonce, group.group.name(member) + " has no unused nonce left"};
  }
  return RequestEntry{member, list.batch, index, list.nonces[index - list.base]};
}

Json request_document(const FinishedGroup& group, const SigningRequest& request) {
  Json out = new_document(kinds::request);
  out["cid"] = to_hex(request.keygen);
  out["signs"] = to_hex(request.subject.hash);
  out["asked"] = Json::array();
  for (const RequestEntry& e : request.entries) out["asked"].push_back(group.group.name(e.party));
  out["bytes"] = to_hex(encode(request));
  return out;
}

/// All shares in the order of the request. @returns shares_missing, bad_request.
Result<std::vector<SignatureShare>> in_order(const FinishedGroup& group,
                                             const SigningRequest& request,
                                             const SessionId& session,
                                             const std::vector<Json>& documents) {
  std::map<MemberIndex, SignatureShare> by_member;
  for (const Json& document : documents) {
    TRY_ASSIGN(const auto said, read_said<SignatureShare>(kinds::share, group.group, document));
    if (said.second.session != session) {
      return Error{Errc::bad_request, group.group.name(said.first) + " answered another request"};
    }
    by_member.insert_or_assign(said.first, said.second);
  }
  std::vector<SignatureShare> out;
  std::string missing;
  for (const RequestEntry& entry : request.entries) {
    const auto found = by_member.find(entry.party);
    if (found == by_member.end()) {
      missing += (missing.empty() ? "" : ", ") + group.group.name(entry.party);
    } else {
      out.push_back(found->second);
    }
  }
  if (!missing.empty()) {
    return Error{Errc::shares_missing,
                 missing + "; wait, or ask again without them: quorate frost request --used"};
  }
  return out;
}

Json signature_document(const FinishedGroup& group, const SigningSubject& subject,
                        const GroupSignature& signature) {
  Json out = new_document(kinds::signature);
  out["cid"] = to_hex(group.group.config.id());
  out["signs"] = to_hex(subject.hash);
  out["signature"] = to_hex(signature.signature);
  out["signers"] = Json::array();
  for (std::uint16_t p = 0; p < signature.parties.size(); ++p) {
    if (signature.parties.test(p)) out["signers"].push_back(group.group.names[p]);
  }
  out["subject"] = to_hex(encode(subject));
  out["bytes"] = to_hex(encode(signature));
  return out;
}

Result<> verify_sighash(const FinishedGroup& group, const SigningSubject& subject,
                        const SchnorrSignature& signature) {
  TRY_ASSIGN(const TweakedKey tweaked, tweak_key(group.keys->key(), subject.tweaks));
  if (!verify_schnorr(tweaked.key.x_bytes(), subject.hash.view(), signature)) {
    return Errc::bad_signature;
  }
  return done();
}

}  // namespace

Result<NewNonces> new_nonces(const FinishedGroup& group, const SecretKey& key,
                             const PartyKey& shares) {
  NonceBatch made{*group.keys, shares, fresh_randomness()};
  Batch batch{made.commitments(), {}, SecretBytes{nonce_size * nonces_per_batch}};
  for (std::uint32_t i = 0; i < nonces_per_batch; ++i) {
    TRY_ASSIGN(const SecretNonce nonce, made.take(batch.published.batch, batch.published.base + i));
    const std::span<std::uint8_t> place = batch.secret(batch.published.base + i);
    std::copy_n(nonce.k1().reveal().begin(), 32, place.begin());
    std::copy_n(nonce.k2().reveal().begin(), 32, place.begin() + 32);
  }
  NewNonces out;
  out.secret = new_document(kinds::secret_nonces);
  out.secret["cid"] = to_hex(group.group.config.id());
  out.secret["key"] = to_hex(group.keys->key());
  out.secret["from"] = group.group.name(shares.party);
  write_batch(batch, key, out.secret);
  out.published =
      sign_statement(kinds::nonces, group.group, shares.party, key, encode(batch.published));
  return out;
}

Result<Json> new_request(const FinishedGroup& group, const SigningSubject& subject,
                         const std::vector<Json>& nonces, const std::vector<Json>& used) {
  std::vector<SigningRequest> earlier;
  for (const Json& document : used) {
    TRY_ASSIGN(SigningRequest request, read_request(document));
    earlier.push_back(std::move(request));
  }
  const std::map<BatchId, std::uint32_t> next = next_unused(earlier);
  SigningRequest request{
      group.group.config.id(), fresh_randomness(), view_bytes(0, 0), subject, {}};
  for (const Json& document : nonces) {
    TRY_ASSIGN(const auto said, read_said<NonceCommitments>(kinds::nonces, group.group, document));
    TRY_ASSIGN(const RequestEntry entry, entry_for(group, said.first, said.second, next));
    request.entries.push_back(entry);
  }
  std::sort(request.entries.begin(), request.entries.end(),
            [](const RequestEntry& a, const RequestEntry& b) { return a.party < b.party; });
  TRY(check_request(group.group.config, request));
  return request_document(group, request);
}

Result<Json> sign(const FinishedGroup& group, const SecretKey& key, const PartyKey& shares,
                  Json& secret_nonces, const Json& request_document, const Persist& persist) {
  TRY_ASSIGN(const SigningRequest request, read_request(request_document));
  TRY_ASSIGN(const SessionContext session, SessionContext::make(*group.keys, request, nullptr));
  TRY_ASSIGN(Batch batch, read_batch(group, key, secret_nonces));
  TRY_ASSIGN(const RequestEntry own, own_entry(request, shares.party, batch));
  for (const Answer& before : batch.answers) {
    if (before.session == session.id && before.share) {
      return share_document(group, key, shares.party, *before.share);
    }
    if (before.index == own.index) return Errc::nonce_used;
  }
  TRY_ASSIGN(SecretNonce nonce, SecretNonce::from(batch.secret(own.index)));
  sodium_memzero(batch.secret(own.index).data(), nonce_size);
  batch.answers.push_back({session.id, own.index, std::nullopt});
  write_batch(batch, key, secret_nonces);
  TRY(persist(secret_nonces));  // from here on this nonce exists in this process only

  TRY_ASSIGN(const SignatureShare share,
             make_share(key, shares, request, session, own.index, std::move(nonce)));
  batch.answers.back().share = share;
  write_batch(batch, key, secret_nonces);
  TRY(persist(secret_nonces));
  return share_document(group, key, shares.party, share);
}

Result<Aggregated> aggregate(const FinishedGroup& group, const Json& request_document,
                             const std::vector<Json>& documents) {
  TRY_ASSIGN(const SigningRequest request, read_request(request_document));
  TRY_ASSIGN(const SessionContext session, SessionContext::make(*group.keys, request, nullptr));
  TRY_ASSIGN(const std::vector<SignatureShare> shares,
             in_order(group, request, session.id, documents));
  Aggregated out;
  std::vector<PartialSignature> partials;
  GroupSignature signature{{}, session.parties, {}};
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const MemberIndex member = request.entries[i].party;
    const Result<> right = check_share(*group.keys, request, session, member, shares[i]);
    if (!right.ok()) out.wrong.emplace_back(group.group.name(member), right.error());
    partials.push_back(shares[i].partial);
    if (request.subject.kind == SigningSubject::Kind::block) {
      signature.attestations.push_back(shares[i].attestation);
    }
  }
  if (!out.wrong.empty()) return out;
  TRY_ASSIGN(signature.signature, aggregate_partials(session.values, *session.signers, partials));
  out.signature = signature_document(group, request.subject, signature);
  TRY(verify(group, *out.signature, request.subject.hash));
  return out;
}

Result<> verify(const FinishedGroup& group, const Json& document,
                const std::optional<Hash256>& expected) {
  TRY_ASSIGN(const KeygenId keygen, fixed_field<KeygenId>(document, "cid"));
  if (keygen != group.group.config.id()) return Errc::document_of_other_group;
  TRY_ASSIGN(const Bytes subject_bytes, bytes_field(document, "subject"));
  TRY_ASSIGN(const Bytes bytes, bytes_field(document, "bytes"));
  TRY_ASSIGN(const SigningSubject subject, decode<SigningSubject>(subject_bytes));
  TRY_ASSIGN(const GroupSignature signature, decode<GroupSignature>(bytes));
  if (expected && subject.hash != *expected) {
    return Error{Errc::bad_signature, "it signs " + to_hex(subject.hash)};
  }
  if (subject.kind == SigningSubject::Kind::sighash) {
    return verify_sighash(group, subject, signature.signature);
  }
  return verify_block_signature(group.group.config, group.keys->key(), subject.hash, signature);
}

}  // namespace quorate::frost
