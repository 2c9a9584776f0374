#include "crypto/frost_complaint.hpp"

#include "crypto/dealing_box.hpp"
#include "crypto/declassify.hpp"
#include "crypto/hash.hpp"
#include "crypto/share_check.hpp"

namespace quorate::crypto {
namespace {

Hash256 complaint_message(const KeygenConfig& config, MemberIndex dealer,
                          MemberIndex complainer) {
  Bytes data;
  Writer{data}.put(config.id()).put(dealer).put(complainer);
  return tagged_sha256("quorate/complaint", data);
}

/// The same for every judge, and not to be foreseen by a dealer: its hash covers the boxes.
Hash256 judge_seed(const ParsedDealing& dealing, const Complaint& complaint) {
  Bytes data = to_bytes(dealing.hash().view());
  append(data, encode(complaint));
  return tagged_sha256("quorate/dkg-judge", data);
}

Result<> check_parties(const KeygenConfig& config, const ParsedDealing& dealing,
                       const Complaint& c) {
  if (c.dealer != dealing.dealer()) return Errc::bad_complaint;
  if (c.complainer.value >= config.party_count()) return Errc::bad_complaint;
  if (c.complainer == c.dealer) return Errc::bad_complaint;
  return done();
}

/// What is wrong with the box, if anything, given the proven shared point.
std::optional<Errc> box_fault(const KeygenConfig& config, const ParsedDealing& dealing,
                              const Complaint& c) {
  const Result<std::vector<SecretScalar>> shares =
      open_box_with({config, dealing.ephemeral(), c.dealer, c.complainer},
                    c.shared_point.view(), dealing.box(c.complainer));
  if (!shares.ok()) return shares.code();
  if (!shares_match(config, config.party(c.complainer).ids, *shares, dealing.commitments(),
                    judge_seed(dealing, c))) {
    return Errc::bad_share;
  }
  return std::nullopt;
}

}  // namespace

Result<Complaint> complain(const KeygenConfig& config, const ParsedDealing& dealing,
                           MemberIndex me, const SecretKey& host, const Hash256& aux) {
  if (me.value >= config.party_count() || me == dealing.dealer()) return Errc::not_a_signer;
  if (host.public_key() != config.party(me).key) return Errc::not_a_signer;
  TRY_ASSIGN(const SharedPoint z, ecdh(host, dealing.ephemeral()));
  TRY_ASSIGN(const DleqProof proof,
             prove_dleq(host, generator_key(), dealing.ephemeral(), aux,
                        complaint_message(config, dealing.dealer(), me)));
  return Complaint{dealing.dealer(), me, declassified(PublicKey::from(z.reveal())), proof};
}

Result<Verdict> judge(const KeygenConfig& config, const ParsedDealing& dealing,
                      const Complaint& complaint) {
  TRY(check_parties(config, dealing, complaint));
  const DleqStatement statement{generator_key(), config.party(complaint.complainer).key,
                                dealing.ephemeral(), complaint.shared_point};
  const Hash256 message = complaint_message(config, complaint.dealer, complaint.complainer);
  if (!verify_dleq(statement, complaint.proof, message).ok()) {
    return Verdict{Verdict::Guilty::complainer, complaint.complainer, Errc::bad_dleq_proof};
  }
  if (const std::optional<Errc> fault = box_fault(config, dealing, complaint)) {
    return Verdict{Verdict::Guilty::dealer, complaint.dealer, *fault};
  }
  return Verdict{Verdict::Guilty::complainer, complaint.complainer, Errc::bad_complaint};
}

}  // namespace quorate::crypto
