#include "messages/keygen_proof.hpp"

namespace quorate::messages {
namespace {

/// Whether `dealing` is what the manifest speaks of.
bool is_cut_by(const SharedBytes& dealing, const SharedBytes& manifest) {
  Reader in{manifest.view()};
  in.raw(8);
  const auto piece_size = in.get<std::uint32_t>();
  const auto count = in.get<std::uint32_t>();
  if (!in.ok() || piece_size == 0) return false;
  const auto pieces = split_dealing(dealing, piece_size, std::size_t{count} + 1);
  return pieces.ok() && pieces->front() == manifest;
}

Result<crypto::Verdict> judge_dealing(const DealingFault& fault, const KeygenScene& scene) {
  TRY(check_signature(fault.word, fault.dealer, scene));
  if (fault.word.version.value != std::uint64_t{fault.attempt} + 1) {
    return Error{Errc::fault_unsigned, "version of another attempt"};
  }
  TRY(check_content(fault.word, fault.dealing.bytes, fault.manifest.bytes));
  TRY_ASSIGN(const crypto::KeygenConfig config,
             keygen_config(scene.set, fault.attempt, scene.network_id));
  const auto parsed = crypto::parse_dealing(config, fault.dealing.bytes);
  using Guilty = crypto::Verdict::Guilty;
  // An honest manifest is no dealing either: whoever shows it must show what it cuts.
  if (!parsed.ok() && is_manifest(fault.dealing.bytes.view())) return Errc::no_fault_shown;
  if (!parsed.ok()) return crypto::Verdict{Guilty::dealer, fault.dealer, parsed.code()};
  if ((*parsed)->dealer() != fault.dealer) {
    return crypto::Verdict{Guilty::dealer, fault.dealer, Errc::bad_dealing};
  }
  if (!fault.complaint) return Errc::no_fault_shown;
  TRY_ASSIGN(const crypto::Verdict verdict, crypto::judge(config, **parsed, *fault.complaint));
  // Without a valid proof inside anybody could have written the complaint.
  if (verdict.reason == Errc::bad_dleq_proof) return Errc::no_fault_shown;
  return verdict;
}

}  // namespace

Result<> check_content(const SignedDealing& word, const SharedBytes& whole,
                       const SharedBytes& manifest) {
  const SharedBytes& signed_content = manifest.is_empty() ? whole : manifest;
  if (crypto::sha512_256(signed_content.view()) != word.content_hash) {
    return Error{Errc::fault_unsigned, "other bytes"};
  }
  if (!manifest.is_empty() && !is_cut_by(whole, manifest)) {
    return Error{Errc::fault_unsigned, "other pieces"};
  }
  return done();
}

Result<> check_signature(const SignedDealing& word, MemberIndex dealer, const KeygenScene& scene) {
  if (dealer.value >= scene.set.members.size()) return Error{Errc::fault_unsigned, "no member"};
  const Hash256 digest = consensus::chunk_digest(scene.network_id, scene.db, scene.slot(dealer),
                                                 word.version, word.content_hash);
  const auto signer = crypto::recover(digest, word.signature);
  if (!signer.ok() || *signer != scene.key(dealer)) return Errc::fault_unsigned;
  return done();
}

Result<> check(const DealerEquivocation& fault, const KeygenScene& scene) {
  if (fault.first.version != fault.second.version ||
      fault.first.content_hash == fault.second.content_hash) {
    return Errc::equivocation_not_proven;
  }
  TRY(check_signature(fault.first, fault.dealer, scene));
  return check_signature(fault.second, fault.dealer, scene);
}

Result<crypto::Verdict> judge(const KeygenFault& fault, const KeygenScene& scene) {
  if (const auto* dealing = std::get_if<DealingFault>(&fault)) {
    return judge_dealing(*dealing, scene);
  }
  const auto& twice = std::get<DealerEquivocation>(fault);
  TRY(check(twice, scene));
  return crypto::Verdict{crypto::Verdict::Guilty::dealer, twice.dealer, Errc::dealer_equivocated};
}

}  // namespace quorate::messages
