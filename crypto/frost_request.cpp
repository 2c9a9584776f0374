#include "crypto/frost_request.hpp"

#include "crypto/hash.hpp"
#include "crypto/schnorr_batch.hpp"

namespace quorate::crypto {

Hash256 block_sign_message(const KeygenConfig& config, const Hash256& block,
                           const BitVector& parties) {
  const KeygenSpec& spec = config.spec();
  Bytes data;
  // The bit vector's own encoding is P2 ‖ bytes.
  Writer{data}
      .put(spec.network)
      .put(spec.kind)
      .put(spec.generation)
      .put(config.id())
      .put(block)
      .put(parties);
  return tagged_sha256("quorate/block-sign", data);
}

Hash256 attestation_digest(const Hash256& message, MemberIndex party) {
  Bytes data;
  Writer{data}.put(message).put(party);
  return tagged_sha256("quorate/attest", data);
}

BitVector parties_of(const KeygenConfig& config, const SigningRequest& request) {
  BitVector out{config.party_count()};
  for (const RequestEntry& entry : request.entries) out.set(entry.party.value);
  return out;
}

Hash256 message_of(const KeygenConfig& config, const SigningRequest& request) {
  if (request.subject.kind == SigningSubject::Kind::sighash) return request.subject.hash;
  return block_sign_message(config, request.subject.hash, parties_of(config, request));
}

SessionId session_id(const KeygenConfig& config, const SigningRequest& request) {
  Bytes data;
  Writer{data}
      .put(config.id())
      .put(request.instance)
      .put(request.view)
      .put(message_of(config, request))
      .put(request.subject.tweaks)
      .put(request.entries);
  return SessionId::from(tagged_sha256("quorate/session", data).view());
}

Result<> check_request(const KeygenConfig& config, const SigningRequest& request) {
  if (request.keygen != config.id()) return Errc::wrong_keygen;
  const bool is_block = request.subject.kind == SigningSubject::Kind::block;
  if (is_block && !request.subject.tweaks.empty()) return Error{Errc::bad_request, "tweaks"};
  for (std::size_t i = 0; i < request.entries.size(); ++i) {
    if (request.entries[i].party.value >= config.party_count()) {
      return Error{Errc::bad_request, "unknown party"};
    }
    if (i > 0 && request.entries[i].party <= request.entries[i - 1].party) {
      return Error{Errc::bad_request, "order"};
    }
  }
  if (config.weight_of(parties_of(config, request)).value < config.threshold()) {
    return Errc::below_threshold;
  }
  return done();
}

Result<> verify_block_signature(const KeygenConfig& config, const PublicKey& group_key,
                                const Hash256& block, const GroupSignature& signature) {
  const BitVector& parties = signature.parties;
  if (parties.size() != config.party_count()) return Errc::bad_request;
  if (config.weight_of(parties).value < config.threshold()) return Errc::below_threshold;
  if (signature.attestations.size() != parties.count()) return Errc::attestation_count_mismatch;
  const Hash256 message = block_sign_message(config, block, parties);
  std::vector<SchnorrClaim> claims = {{x_only(group_key), message, signature.signature}};
  std::vector<std::uint16_t> named;
  for (std::uint16_t p = 0; p < parties.size(); ++p) {
    if (!parties.test(p)) continue;
    const MemberIndex party{p};
    claims.push_back({x_only(config.party(party).key), attestation_digest(message, party),
                      signature.attestations[named.size()]});
    named.push_back(p);
  }
  const std::optional<std::size_t> lie = find_false_claim(claims);
  if (!lie) return done();
  if (*lie == 0) return Errc::bad_signature;
  return Error{Errc::bad_attestation, std::to_string(named[*lie - 1])};
}

}  // namespace quorate::crypto
