// Whether what another member published can be believed: every signature, every shape, every claim
// to lead. Nothing here changes the machine.
#include "actors/agreement_machine.hpp"

namespace quorate::actors {

using consensus::Phase;
using consensus::Purpose;
using consensus::Value;
using consensus::ValueKind;
using consensus::View;
using consensus::Vote;
using consensus::VoteCertificate;
using messages::AgreementState;
using messages::LeaderCertificate;
using messages::Proposal;
using messages::Refusal;

bool AgreementMachine::is_key_instance() const {
  return context_->instance.purpose == Purpose::key;
}
bool AgreementMachine::is_stackers_block() const {
  return !is_key_instance() && context_->instance.group == GroupKind::stackers;
}
bool AgreementMachine::is_producers_block() const {
  return !is_key_instance() && context_->instance.group == GroupKind::producers;
}

bool AgreementMachine::has_commit_votes(const Value& value) const {
  return value.kind != ValueKind::block;
}

const crypto::PublicKey& AgreementMachine::key_of(MemberIndex member) const {
  return context_->set.members[member.value].key;
}

Result<> AgreementMachine::check_member(MemberIndex member) const {
  if (member.value >= context_->set.members.size()) return Errc::agreement_unknown_member;
  return done();
}

Result<> AgreementMachine::check_value(const Value& value) const {
  const bool is_plain = value.burn_view == BurnView{};
  switch (value.kind) {
    case ValueKind::block:
      if (!is_key_instance()) return done();
      break;
    case ValueKind::reject:
      if (is_stackers_block() && value.id.is_zero()) return done();
      break;
    case ValueKind::key:
      if (is_key_instance() && is_plain) return done();
      break;
    case ValueKind::retry:
      if (is_key_instance() && is_plain && value.id.is_zero()) return done();
      break;
  }
  return Errc::agreement_wrong_value_kind;
}

Result<> AgreementMachine::check_vote(MemberIndex member, Phase phase, const Vote& vote) const {
  TRY(check_value(vote.value));
  const Hash256 digest = consensus::vote_digest(context_->network_id, context_->set_hash, phase,
                                                context_->instance, vote.view, vote.value);
  if (!context_->notary->check(key_of(member), digest, vote.signature)) {
    return Errc::agreement_bad_signature;
  }
  return done();
}

Result<> AgreementMachine::check_word(MemberIndex leader, const Vote& word) const {
  TRY(check_value(word.value));
  const Hash256 digest = messages::proposal_digest(context_->network_id, context_->set_hash,
                                                   context_->instance, word.view, word.value);
  if (!context_->notary->check(key_of(leader), digest, word.signature)) {
    return Errc::agreement_bad_signature;
  }
  return done();
}

Result<> AgreementMachine::check_refusal(MemberIndex member, const Refusal& refusal) const {
  TRY(check_value(refusal.value));
  const Hash256 digest = messages::refusal_digest(context_->network_id, context_->set_hash,
                                                  context_->instance, refusal);
  if (!context_->notary->check(key_of(member), digest, refusal.signature)) {
    return Errc::agreement_bad_signature;
  }
  return done();
}

Result<> AgreementMachine::check_certificate(const VoteCertificate& certificate,
                                             Phase phase) const {
  if (certificate.instance != context_->instance) return Errc::agreement_other_instance;
  if (certificate.phase != phase) return Errc::agreement_bad_state;
  TRY(check_value(certificate.value));
  const consensus::SignerSet& set = context_->set;
  if (certificate.signers.size() != set.members.size() ||
      certificate.signers.count() != certificate.signatures.size()) {
    return Errc::certificate_wrong_shape;
  }
  if (!is_quorum(set.weight(certificate.signers), set.total())) {
    return Errc::certificate_too_light;
  }
  const Hash256 digest =
      consensus::vote_digest(context_->network_id, context_->set_hash, phase, context_->instance,
                             certificate.view, certificate.value);
  std::size_t next = 0;
  for (std::uint16_t p = 0; p < set.members.size(); ++p) {
    if (!certificate.signers.test(p)) continue;
    if (!context_->notary->check(key_of(MemberIndex{p}), digest, certificate.signatures[next++])) {
      return Errc::certificate_bad_signature;
    }
  }
  return done();
}

Result<> AgreementMachine::check_leader(const LeaderCertificate& certificate) const {
  if (certificate.term != context_->instance.term) return Errc::agreement_other_instance;
  TRY(messages::check_shape(certificate, context_->set));
  const Hash256 digest = messages::election_digest(
      context_->network_id, context_->set_hash, messages::ElectionKind::grant,
      {certificate.term, certificate.epoch, certificate.leader});
  std::size_t next = 0;
  for (std::uint16_t p = 0; p < context_->set.members.size(); ++p) {
    if (!certificate.granters.test(p)) continue;
    if (!context_->notary->check(key_of(MemberIndex{p}), digest, certificate.signatures[next++])) {
      return Errc::certificate_bad_signature;
    }
  }
  return done();
}

std::optional<MemberIndex> AgreementMachine::leader_of(const View& view) const {
  if (is_producers_block()) {
    const auto at = leaders_.find(view.epoch);
    if (at == leaders_.end()) return std::nullopt;
    return at->second;
  }
  if (view.round != 0) return std::nullopt;
  Bytes text;
  Writer{text}
      .put(context_->set_hash)
      .put(context_->instance.height)
      .put(context_->instance.attempt)
      .put(view.epoch);
  const Hash256 hash = crypto::tagged_h("quorate/view-leader", text);
  const SlotIndex slot{static_cast<std::uint32_t>(get_be<std::uint64_t>(hash.bytes.data()) %
                                                  context_->set.total_slots)};
  for (std::uint16_t p = 0; p < context_->set.members.size(); ++p) {
    const auto& slots = context_->set.members[p].slots;
    if (std::binary_search(slots.begin(), slots.end(), slot)) return MemberIndex{p};
  }
  return std::nullopt;  // A slot nobody claimed.
}

Result<> AgreementMachine::check_proposal(MemberIndex member, const Proposal& proposal) const {
  const Vote& word = proposal.word;
  if (proposal.rejected.has_value() != (word.value.kind == ValueKind::reject)) {
    return Errc::agreement_bad_state;
  }
  if (proposal.leader.has_value() != is_producers_block()) return Errc::agreement_bad_state;
  if (proposal.leader) {
    const LeaderCertificate& leader = *proposal.leader;
    if (leader.leader != member || leader.epoch != word.view.epoch) {
      return Errc::agreement_not_leader;
    }
    const auto known = leaders_.find(leader.epoch);
    if (known == leaders_.end()) {
      TRY(check_leader(leader));
    } else if (known->second != member) {
      return Errc::agreement_not_leader;
    }
  } else if (leader_of(word.view) != member) {
    return Errc::agreement_not_leader;
  }
  return check_word(member, word);
}

bool AgreementMachine::is_news(const VoteCertificate& certificate) const {
  const auto at = known_.find(certificate.value);
  return at == known_.end() || at->second.view < certificate.view;
}

bool AgreementMachine::is_decided(const Value& value) const {
  return std::any_of(decisions_.begin(), decisions_.end(),
                     [&](const VoteCertificate& decision) { return decision.value == value; });
}

Result<> AgreementMachine::check_votes(MemberIndex member, const AgreementState& state) const {
  const auto is_later = [member](const Vote& vote, const std::map<MemberIndex, Vote>& votes) {
    const auto at = votes.find(member);
    return at == votes.end() || (vote.view >= at->second.view && vote != at->second);
  };
  if (state.prepare && is_later(*state.prepare, prepares_)) {
    TRY(check_vote(member, Phase::prepare, *state.prepare));
  }
  if (state.commit) {
    if (!has_commit_votes(state.commit->value)) return Errc::agreement_bad_state;
    if (is_later(*state.commit, commits_)) TRY(check_vote(member, Phase::commit, *state.commit));
  }
  if (state.answered) {
    if (!state.prepare || state.answered->view != state.prepare->view ||
        state.answered->value != state.prepare->value) {
      return Errc::agreement_bad_state;
    }
    const auto leader = leader_of(state.answered->view);
    if (leader) TRY(check_word(*leader, *state.answered));
  }
  return done();
}

Result<> AgreementMachine::check_state(MemberIndex member, const AgreementState& state) const {
  if (state.instance != context_->instance) return Errc::agreement_other_instance;
  if (state.locks > state.certificates.size()) return Errc::agreement_bad_state;
  for (const VoteCertificate& certificate : state.certificates) {
    if (is_news(certificate)) TRY(check_certificate(certificate, Phase::prepare));
  }
  TRY(check_votes(member, state));
  if (state.proposal) {
    const auto last = heard_.find(member);
    if (last == heard_.end() || last->second.word != state.proposal->word) {
      TRY(check_proposal(member, *state.proposal));
    }
  }
  if (state.refusal) TRY(check_refusal(member, *state.refusal));
  for (const messages::ShownRefusal& shown : state.shown_refusals) {
    TRY(check_member(shown.member));
    const auto last = refusals_.find(shown.member);
    if (last == refusals_.end() || last->second != shown.refusal) {
      TRY(check_refusal(shown.member, shown.refusal));
    }
  }
  if (state.decided) {
    if (!has_commit_votes(state.decided->value)) return Errc::agreement_bad_state;
    if (!is_decided(state.decided->value)) {
      TRY(check_certificate(*state.decided, Phase::commit));
    }
  }
  return done();
}

}  // namespace quorate::actors
