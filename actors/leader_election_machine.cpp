#include "actors/leader_election_machine.hpp"

#include "actors/growing_timer.hpp"

namespace quorate::actors {

using messages::Candidacy;
using messages::ElectionGrant;
using messages::ElectionKind;
using messages::ElectionRequest;
using messages::LeaderCertificate;

namespace {

/// Terms whose promises are kept: a reorganisation of the border can bring the last one back.
constexpr std::uint64_t kept_terms = 2;
/// Timers stop growing long before this many failures.
constexpr std::uint32_t most_failures = 64;

}  // namespace

LeaderElectionMachine::LeaderElectionMachine(std::uint32_t network_id,
                                             const consensus::Timing& timing, const Notary& notary)
    : network_id_(network_id), timing_(timing), notary_(&notary) {}

Result<election::Effects> LeaderElectionMachine::step(Instant now, const election::Input& input) {
  return std::visit([&](const auto& event) { return on(now, event); }, input);
}

Bytes LeaderElectionMachine::record_key(TermNumber term, const SetHash& set) {
  Bytes key;
  Writer{key}.put(term).put(set);
  return key;
}

std::optional<TermNumber> LeaderElectionMachine::term() const { return term_; }

Duration LeaderElectionMachine::wait_of_rank(std::size_t rank) const {
  const Duration step = grown(timing_.election_wait_step, timing_.growth_percent, failed_,
                              timing_.election_wait_step_cap);
  return timing_.election_wait_min + step * static_cast<std::int64_t>(rank);
}

// Inputs. Everything is checked before anything changes.

Result<election::Effects> LeaderElectionMachine::on(Instant, const election::Restored& input) {
  if (term_) return Errc::election_already_started;
  std::map<Bytes, Promise> promises;
  for (const auto& [key, value] : input.records) {
    const Result<Promise> promise = decode<Promise>(value);
    if (!promise.ok() || key.size() != record_key(TermNumber{}, SetHash{}).size()) {
      return Errc::election_bad_record;
    }
    promises.emplace(key, *promise);
  }
  promises_ = std::move(promises);
  return Effects{};
}

Result<election::Effects> LeaderElectionMachine::on(Instant now,
                                                    const election::TermStarted& input) {
  if (input.self && input.self->value >= input.set.members.size()) {
    return Errc::election_unknown_member;
  }
  const SetHash set_hash = input.set.hash(network_id_);
  if (term_ == input.term && set_hash_ == set_hash) return Effects{};
  forget_term();
  term_ = input.term;
  set_ = input.set;
  set_hash_ = set_hash;
  self_ = input.self;
  seen_epochs_.assign(set_.members.size(), 0);

  Effects out;
  Persist erased;
  for (auto at = promises_.begin(); at != promises_.end();) {
    const bool old = get_be<std::uint64_t>(at->first.data()) + kept_terms <= term_->value;
    if (old) erased.writes.push_back({storage::Table::election, at->first, std::nullopt});
    at = old ? promises_.erase(at) : std::next(at);
  }
  if (!erased.writes.empty()) out.push_back(erased);
  // A restarted member goes on in the epoch of its last grant: which lower ones it used it knows no
  // more.
  const auto last = promises_.find(record_key(*term_, set_hash_));
  enter_epoch(now, last == promises_.end() ? 0 : last->second.epoch, out);
  return out;
}

Result<election::Effects> LeaderElectionMachine::on(Instant now, const election::Received& input) {
  if (const auto* request = std::get_if<ElectionRequest>(&input.message)) {
    return on_request(now, *request);
  }
  return on_grant(now, std::get<ElectionGrant>(input.message));
}

Result<election::Effects> LeaderElectionMachine::on_request(Instant now,
                                                            const ElectionRequest& request) {
  const auto& [term, epoch, candidate] = request.candidacy;
  TRY(check_term(term));
  TRY(check_member(candidate));
  if (epoch < epoch_) return Errc::election_epoch_over;
  if (!notary_->check(set_.members[candidate.value].key,
                      digest(ElectionKind::request, epoch, candidate), request.signature)) {
    return Errc::election_bad_signature;
  }
  Effects out;
  if (epoch > epoch_) {
    note_epoch(candidate, epoch);
    requests_[candidate] = std::max(requests_[candidate], epoch);
    follow_others(now, out);
    return out;
  }
  TRY_ASSIGN(const std::size_t rank, standing_rank(candidate));
  if (leader_) return Errc::election_leader_known;
  if (granted_ && *granted_ != candidate) return Errc::election_granted_other;
  if (!self_ || candidate == *self_) return Effects{};
  note_epoch(candidate, epoch);
  requests_[candidate] = epoch;
  if (granted_) {
    send_grant(candidate, out);  // Its first copy was lost.
  } else if (now < due(rank)) {
    out.push_back(ArmTimer{timer(election::TimerKind::wait_over), due(rank)});
  } else {
    act(now, out);
  }
  return out;
}

Result<election::Effects> LeaderElectionMachine::on_grant(Instant now, const ElectionGrant& grant) {
  const auto& [term, epoch, candidate] = grant.candidacy;
  TRY(check_term(term));
  TRY(check_member(grant.voter));
  if (epoch < epoch_) return Errc::election_epoch_over;
  if (epoch > epoch_ || asks_ == 0 || candidate != *self_) return Errc::election_not_asked;
  if (grants_.contains(grant.voter)) return Effects{};
  if (!notary_->check(set_.members[grant.voter.value].key,
                      digest(ElectionKind::grant, epoch, candidate), grant.signature)) {
    return Errc::election_bad_signature;
  }
  Effects out;
  grants_.emplace(grant.voter, grant.signature);
  note_epoch(grant.voter, epoch);
  count_grants(out);
  follow_others(now, out);
  return out;
}

Result<election::Effects> LeaderElectionMachine::on(Instant now, const election::PeerEpoch& input) {
  TRY(check_term(input.term));
  TRY(check_member(input.member));
  Effects out;
  note_epoch(input.member, input.epoch);
  follow_others(now, out);
  return out;
}

Result<election::Effects> LeaderElectionMachine::on(Instant now,
                                                    const election::CertificateSeen& input) {
  const LeaderCertificate& certificate = input.certificate;
  TRY(check_term(certificate.term));
  if (certificate.epoch < epoch_) return Errc::election_epoch_over;
  if (certificate.epoch == epoch_ && leader_) return Effects{};
  TRY(check(certificate));
  Effects out;
  // Whoever granted in an epoch is in it.
  for (std::uint16_t p = 0; p < certificate.granters.size(); ++p) {
    if (certificate.granters.test(p)) note_epoch(MemberIndex{p}, certificate.epoch);
  }
  follow_others(now, out);
  if (certificate.epoch == epoch_ && !leader_) learn_leader(certificate, out);
  return out;
}

Result<election::Effects> LeaderElectionMachine::on(Instant now, const election::Progress& input) {
  TRY(check_term(input.term));
  Effects out;
  progressed_ = true;
  failed_ = 0;
  start_epoch_timer(now, out);
  return out;
}

Result<election::Effects> LeaderElectionMachine::on(Instant now,
                                                    const election::WorkChanged& input) {
  TRY(check_term(input.term));
  if (work_ == input.work) return Effects{};
  Effects out;
  work_ = input.work;
  start_epoch_timer(now, out);
  return out;
}

Result<election::Effects> LeaderElectionMachine::on(Instant now,
                                                    const election::TimerFired& input) {
  const Timer& fired = input.timer;
  if (!term_ || fired.a != term_->value || fired.b != epoch_) return Effects{};  // Stale.
  Effects out;
  switch (static_cast<election::TimerKind>(fired.kind)) {
    case election::TimerKind::epoch_over:
      if (fired.c != timer_starts_ || work_ == election::Work::none) return Effects{};
      enter_epoch(now, epoch_ + 1, out);
      follow_others(now, out);
      break;
    case election::TimerKind::wait_over:
      act(now, out);
      break;
    case election::TimerKind::ask_again:
      if (asks_ == 0 || leader_) return Effects{};
      ask(now, out);
      break;
  }
  return out;
}

// Checks.

Result<> LeaderElectionMachine::check_term(TermNumber term) const {
  if (!term_) return Errc::election_not_started;
  if (term != *term_) return Errc::election_other_term;
  return done();
}

Result<> LeaderElectionMachine::check_member(MemberIndex member) const {
  if (member.value >= set_.members.size()) return Errc::election_unknown_member;
  return done();
}

Result<> LeaderElectionMachine::check(const LeaderCertificate& certificate) const {
  TRY(messages::check_shape(certificate, set_));
  const Hash256 granted = digest(ElectionKind::grant, certificate.epoch, certificate.leader);
  std::size_t next = 0;
  for (std::size_t p = 0; p < set_.members.size(); ++p) {
    if (!certificate.granters.test(p)) continue;
    if (!notary_->check(set_.members[p].key, granted, certificate.signatures[next++])) {
      return Errc::certificate_bad_signature;
    }
  }
  return done();
}

Hash256 LeaderElectionMachine::digest(ElectionKind kind, std::uint32_t epoch,
                                      MemberIndex candidate) const {
  return messages::election_digest(network_id_, set_hash_, kind, {*term_, epoch, candidate});
}

Result<std::size_t> LeaderElectionMachine::standing_rank(MemberIndex member) const {
  const std::size_t standing = std::min(order_.size(), election::standing_ranks);
  for (std::size_t rank = 0; rank < standing; ++rank) {
    if (order_[rank] == member) return rank;
  }
  return Errc::election_not_standing;
}

Timer LeaderElectionMachine::timer(election::TimerKind kind) const {
  return {static_cast<std::uint8_t>(kind), term_->value, epoch_,
          kind == election::TimerKind::epoch_over ? timer_starts_ : 0};
}

// Epochs.

void LeaderElectionMachine::forget_term() {
  work_ = election::Work::some;
  failed_ = 0;
  progressed_ = true;  // Nothing failed yet.
  leader_.reset();
  requests_.clear();
  demoted_.clear();
  epoch_ = 0;
}

void LeaderElectionMachine::enter_epoch(Instant now, std::uint32_t epoch, Effects& out) {
  ASSERT(epoch >= epoch_);
  close_epoch(epoch);
  epoch_ = epoch;
  entered_ = now;
  progressed_ = false;
  asks_ = 0;
  grants_.clear();
  leader_.reset();
  const auto last = promises_.find(record_key(*term_, set_hash_));
  ASSERT(last == promises_.end() || last->second.epoch <= epoch_);
  granted_.reset();
  if (last != promises_.end() && last->second.epoch == epoch_) granted_ = last->second.candidate;
  if (self_) note_epoch(*self_, epoch_);
  rank_members();
  out.push_back(election::EpochEntered{*term_, epoch_});
  start_epoch_timer(now, out);
  const std::size_t standing = std::min(order_.size(), election::standing_ranks);
  for (std::size_t rank = 0; rank < standing; ++rank) {
    const auto request = requests_.find(order_[rank]);
    if (order_[rank] == self_ || (request != requests_.end() && request->second == epoch_)) {
      out.push_back(ArmTimer{timer(election::TimerKind::wait_over), due(rank)});
    }
  }
}

void LeaderElectionMachine::close_epoch(std::uint32_t next) {
  if (progressed_) return;
  failed_ = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(std::uint64_t{failed_} + (next - epoch_), most_failures));
  if (leader_) demoted_[leader_->leader] = epoch_ + election::demotion_epochs;
}

void LeaderElectionMachine::rank_members() {
  const auto shuffled = messages::election_order(set_, set_hash_, *term_, epoch_);
  const auto is_demoted = [this](MemberIndex member) {
    const auto at = demoted_.find(member);
    return at != demoted_.end() && epoch_ <= at->second;
  };
  order_ = shuffled;
  std::stable_partition(order_.begin(), order_.end(),
                        [&](MemberIndex member) { return !is_demoted(member); });
}

void LeaderElectionMachine::start_epoch_timer(Instant now, Effects& out) {
  ++timer_starts_;  // Whatever ran before is stale.
  if (work_ == election::Work::none) return;
  const Duration length =
      grown(timing_.epoch_timer, timing_.growth_percent, failed_, timing_.epoch_timer_cap);
  out.push_back(ArmTimer{timer(election::TimerKind::epoch_over), now + length});
}

void LeaderElectionMachine::note_epoch(MemberIndex member, std::uint32_t epoch) {
  std::uint32_t& seen = seen_epochs_[member.value];
  seen = std::max(seen, epoch);
}

void LeaderElectionMachine::follow_others(Instant now, Effects& out) {
  // Entering every epoch in between at the same instant would come to the same, only slower.
  std::vector<std::pair<std::uint32_t, std::size_t>> above;
  for (std::size_t p = 0; p < seen_epochs_.size(); ++p) {
    if (seen_epochs_[p] > epoch_) above.emplace_back(seen_epochs_[p], p);
  }
  std::sort(above.rbegin(), above.rend());
  Weight weight{0};
  for (const auto& [epoch, p] : above) {
    weight += set_.weight(MemberIndex{static_cast<std::uint16_t>(p)});
    if (!is_third(weight, set_.total())) continue;
    enter_epoch(now, epoch, out);
    break;
  }
}

// Asking and granting.

void LeaderElectionMachine::act(Instant now, Effects& out) {
  if (!self_ || leader_ || asks_ > 0) return;
  if (granted_) {
    if (*granted_ == *self_) ask(now, out);  // It had asked before a restart.
    return;
  }
  const std::size_t standing = std::min(order_.size(), election::standing_ranks);
  for (std::size_t rank = 0; rank < standing && due(rank) <= now; ++rank) {
    const MemberIndex candidate = order_[rank];
    if (candidate == *self_) return ask(now, out);
    const auto request = requests_.find(candidate);
    if (request != requests_.end() && request->second == epoch_) return grant(candidate, out);
  }
}

void LeaderElectionMachine::ask(Instant now, Effects& out) {
  const bool first = asks_ == 0;
  if (!granted_) promise(*self_, out);
  ASSERT(granted_ == self_);
  grants_.emplace(*self_, notary_->sign(digest(ElectionKind::grant, epoch_, *self_)));
  const ElectionRequest request{{*term_, epoch_, *self_},
                                notary_->sign(digest(ElectionKind::request, epoch_, *self_))};
  if (first) {
    out.push_back(election::Broadcast{request});
  } else {
    for (std::uint16_t p = 0; p < set_.members.size(); ++p) {
      if (!grants_.contains(MemberIndex{p})) {
        out.push_back(election::SendTo{MemberIndex{p}, request});
      }
    }
  }
  // A lost request needs one repetition; where votes are split, only the next epoch helps.
  const Duration wait =
      grown(timing_.election_wait_min * 2, timing_.growth_percent, asks_++, timing_.epoch_timer);
  out.push_back(ArmTimer{timer(election::TimerKind::ask_again), now + wait});
  count_grants(out);
}

void LeaderElectionMachine::grant(MemberIndex candidate, Effects& out) {
  promise(candidate, out);
  send_grant(candidate, out);
}

void LeaderElectionMachine::send_grant(MemberIndex candidate, Effects& out) const {
  ASSERT(granted_ == candidate);
  out.push_back(election::SendTo{
      candidate, ElectionGrant{{*term_, epoch_, candidate},
                               *self_,
                               notary_->sign(digest(ElectionKind::grant, epoch_, candidate))}});
}

void LeaderElectionMachine::promise(MemberIndex candidate, Effects& out) {
  const Bytes key = record_key(*term_, set_hash_);
  const auto last = promises_.find(key);
  // One grant per epoch, whatever happened in between.
  ASSERT(!granted_);
  ASSERT(last == promises_.end() || last->second.epoch < epoch_);
  const Promise promise{epoch_, candidate};
  promises_.insert_or_assign(key, promise);
  granted_ = candidate;
  out.push_back(Persist{{{storage::Table::election, key, encode(promise)}}});
}

void LeaderElectionMachine::count_grants(Effects& out) {
  if (leader_ || asks_ == 0) return;
  LeaderCertificate certificate;
  certificate.term = *term_;
  certificate.epoch = epoch_;
  certificate.leader = *self_;
  certificate.granters = BitVector{static_cast<std::uint16_t>(set_.members.size())};
  for (const auto& [voter, signature] : grants_) {
    certificate.granters.set(voter.value);
    certificate.signatures.push_back(signature);
  }
  if (is_quorum(set_.weight(certificate.granters), set_.total())) learn_leader(certificate, out);
}

void LeaderElectionMachine::learn_leader(const LeaderCertificate& certificate, Effects& out) {
  ASSERT(certificate.epoch == epoch_);
  ASSERT(!leader_);
  leader_ = certificate;
  out.push_back(election::LeaderElected{certificate});
}

}  // namespace quorate::actors
