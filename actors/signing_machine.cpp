#include "actors/signing_machine.hpp"

#include "actors/signing_core.hpp"

namespace quorate::actors {

using consensus::InstanceId;
using crypto::SigningSubject;
using messages::PostedRequest;
using messages::RejectReason;
using signing::LoggedShare;
using signing::Suite;

namespace {

/// Requests of one coordinator that may wait for permission, and of all.
constexpr std::size_t max_waiting_each = 8;
constexpr std::size_t max_waiting = 512;
/// Instances of which requests are remembered at a time.
constexpr std::size_t max_instances = 256;
constexpr std::size_t max_handled = 4096;
/// Answers that are repeated to who asks again.
constexpr std::size_t max_kept_shares = 1024;

Bytes log_key(const Hash256& cid, const crypto::SessionId& session) {
  Bytes out = to_bytes(cid.view());
  append(out, session.view());
  return out;
}

}  // namespace

namespace signing {

crypto::NonceCommitments Suite::offered() const {
  ASSERT(current.has_value());
  const crypto::NonceCommitments& all = current->commitments();
  crypto::NonceCommitments out{all.batch, next, {}};
  const std::size_t skipped = next - all.base;
  for (std::size_t i = skipped; i < all.nonces.size() && out.nonces.size() < window; ++i) {
    out.nonces.push_back(all.nonces[i]);
  }
  return out;
}

crypto::NonceBatch* Suite::find(const crypto::BatchId& batch) {
  if (current && current->commitments().batch == batch) return &*current;
  if (previous && previous->commitments().batch == batch) return &*previous;
  return nullptr;
}

bool Suite::is_low() const { return 4 * offered().nonces.size() <= window; }

void Suite::renew(crypto::NonceBatch batch) {
  previous = std::move(current);
  current = std::move(batch);
  next = current->commitments().base;
}

}  // namespace signing

SigningMachine::SigningMachine(std::unique_ptr<Core> core) : core_(std::move(core)) {}
SigningMachine::SigningMachine(SigningMachine&&) noexcept = default;
SigningMachine& SigningMachine::operator=(SigningMachine&&) noexcept = default;
SigningMachine::~SigningMachine() = default;

Result<SigningMachine> SigningMachine::make(SigningSetup setup) {
  ASSERT(setup.group != nullptr);
  ASSERT(setup.key.has_value() == setup.host.has_value());
  ASSERT(setup.group->key() == setup.content.group_key);
  ASSERT(Hash256::from(setup.group->config().id().view()) == setup.content.cid);
  const std::vector<StoredRecord> records = std::move(setup.records);
  auto core = std::make_unique<Core>(std::move(setup));
  TRY(core->restore(records));
  return SigningMachine{std::move(core)};
}

SigningEffects SigningMachine::start() { return core_->start(); }

Result<SigningEffects> SigningMachine::step(Instant now, const SigningInput& input) {
  TRY(core_->check(input));
  return core_->step(now, input);
}

const messages::SigningState& SigningMachine::state() const { return core_->state(); }
Weight SigningMachine::ready_weight() const { return core_->ready_weight(); }
const std::set<MemberIndex>& SigningMachine::convicted() const { return core_->convicted(); }
const crypto::GroupRef& SigningMachine::group() const { return core_->group(); }

SigningMachine::Core::Core(SigningSetup setup)
    : set_(std::move(setup.set)),
      content_(std::move(setup.content)),
      cid_(content_.cid),
      group_(std::move(setup.group)),
      network_id_(setup.network_id),
      entropy_(setup.entropy),
      collect_wait_(setup.collect_wait),
      session_wait_(setup.session_wait),
      request_budget_(setup.request_budget) {
  if (setup.key) {
    self_ = setup.key->party;
    signer_.emplace(group_, std::move(*setup.key), std::move(*setup.host));
  }
  const auto limit = static_cast<std::uint32_t>(crypto::nonces_per_batch);
  block_suite_.window = std::clamp(setup.block_nonces, 1u, limit);
  announce_suite_.window = std::clamp(setup.announce_nonces, 1u, limit);
  state_.cid = cid_;
}

Result<> SigningMachine::Core::restore(const std::vector<StoredRecord>& records) {
  for (const StoredRecord& stored : records) {
    const auto logged = decode<LoggedShare>(stored.value);
    if (!logged.ok() || stored.key != log_key(cid_, logged->share.session)) {
      return Errc::nonce_log_corrupt;
    }
    if (signer_) signer_->remember(logged->share);
    shares_.push_back(*logged);
  }
  return done();
}

/// One-way: who sees the memory later learns nothing about the batches before.
Hash256 SigningMachine::Core::next_random() {
  const Hash256 out = crypto::tagged_sha256("quorate/signing-random", entropy_.view());
  entropy_ = crypto::tagged_sha256("quorate/signing-entropy", entropy_.view());
  return out;
}

void SigningMachine::Core::refill(Suite& suite) {
  suite.renew(crypto::NonceBatch{*group_, signer_->key(), next_random()});
}

SigningEffects SigningMachine::Core::start() {
  Effects out;
  if (signer_) {
    refill(block_suite_);
    refill(announce_suite_);
  }
  publish(out);
  return out;
}

Result<> SigningMachine::Core::check(const SigningInput& input) const {
  const auto is_ours = [&](const InstanceId& instance) {
    return instance.group == set_.kind && instance.generation == set_.generation;
  };
  if (const auto* peer = std::get_if<PeerSigning>(&input)) {
    if (peer->member.value >= set_.members.size()) return Errc::signing_unknown_member;
    if (peer->state.cid != cid_) return Errc::signing_other_group;
  } else if (const auto* excluded = std::get_if<ExcludeSigner>(&input)) {
    if (excluded->member.value >= set_.members.size()) return Errc::signing_unknown_member;
  } else if (const auto* open = std::get_if<OpenSigning>(&input)) {
    if (!is_ours(open->instance)) return Errc::signing_other_group;
    const auto before = openings_.find(open->instance);
    if (before != openings_.end() && open->view < before->second.view) {
      return Errc::signing_view_over;
    }
    if (before == openings_.end() && openings_.size() >= 8) return Errc::signing_too_many_openings;
  } else if (const auto* permit = std::get_if<Permit>(&input)) {
    if (!is_ours(permit->instance)) return Errc::signing_other_group;
    if (!permits_.contains(permit->instance) && permits_.size() >= max_instances) {
      return Errc::signing_too_many_openings;
    }
  }
  return done();
}

SigningEffects SigningMachine::Core::step(Instant now, const SigningInput& input) {
  Effects out;
  now_ = now;
  std::visit([&](const auto& alternative) { on(alternative, out); }, input);
  publish(out);
  return out;
}

void SigningMachine::Core::on(const PeerSigning& peer, Effects& out) {
  if (self_ && peer.member == *self_) return;
  feed(peer, out);
  const crypto::PublicKey& from = set_.members[peer.member.value].key;
  for (const PostedRequest& request : peer.state.requests) hear_request(from, request, out);
}

void SigningMachine::Core::on(const RequestSeen& seen, Effects& out) {
  hear_request(seen.from, seen.request, out);
}

/// Whether it is a well-formed request to this member about an instance of this group.
bool SigningMachine::Core::concerns_me(const PostedRequest& request) const {
  if (!signer_ || request.instance.group != set_.kind ||
      request.instance.generation != set_.generation) {
    return false;
  }
  const bool is_announcement = request.instance.purpose == consensus::Purpose::announce;
  const bool is_sighash = request.subject.kind == SigningSubject::Kind::sighash;
  if (is_announcement != is_sighash || request.instance.purpose == consensus::Purpose::key) {
    return false;
  }
  const bool names_me =
      std::any_of(request.entries.begin(), request.entries.end(),
                  [&](const crypto::RequestEntry& entry) { return entry.party == *self_; });
  return names_me && crypto::check_request(group_->config(), request.request(cid_)).ok();
}

bool SigningMachine::Core::is_permitted(const crypto::PublicKey& from,
                                        const PostedRequest& request) const {
  const auto found = permits_.find(request.instance);
  return found != permits_.end() && found->second.view == request.view &&
         found->second.subject == request.subject &&
         (!found->second.leader || *found->second.leader == from);
}

/// What is forgotten here is still known to the signer, which repeats no nonce.
void SigningMachine::Core::remember_handled(const InstanceId& instance, const Hash256& hash) {
  if (!handled_.contains(instance) && handled_.size() >= max_instances) {
    handled_.erase(handled_.begin());
  }
  std::set<Hash256>& hashes = handled_[instance];
  if (hashes.size() < max_handled) hashes.insert(hash);
}

void SigningMachine::Core::hear_request(const crypto::PublicKey& from,
                                        const PostedRequest& request, Effects& out) {
  const Hash256 hash = crypto::sha512_256(encode(request));
  note_request(request, hash, out);
  if (!signer_) return;
  const auto handled = handled_.find(request.instance);
  if (handled != handled_.end() && handled->second.contains(hash)) return;
  if (!concerns_me(request)) return;
  if (!is_permitted(from, request)) {
    wait_for_permission(from, crypto::session_id(group_->config(), request.request(cid_)),
                        request, out);
    return;
  }
  remember_handled(request.instance, hash);
  answer(from, request, out);
}

void SigningMachine::Core::wait_for_permission(const crypto::PublicKey& from,
                                               const crypto::SessionId& session,
                                               const PostedRequest& request, Effects& out) {
  if (waiting_.contains({session, from})) return;
  std::vector<std::pair<std::uint64_t, std::pair<crypto::SessionId, crypto::PublicKey>>> same;
  for (const auto& [id, waiting] : waiting_) {
    if (waiting.from == from) same.emplace_back(waiting.order, id);
  }
  // A coordinator's older requests give way to its newer ones.
  if (same.size() >= max_waiting_each) {
    waiting_.erase(std::min_element(same.begin(), same.end())->second);
  } else if (waiting_.size() >= max_waiting) {
    return;
  }
  waiting_[{session, from}] = {from, request, waiting_order_++};
  out.push_back(PermitWanted{from, request.instance, request.view, request.subject});
}

void SigningMachine::Core::on(const Permit& permit, Effects& out) {
  permits_[permit.instance] = {permit.view, permit.subject, permit.leader};
  std::vector<Waiting> released;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const bool now = is_permitted(it->second.from, it->second.request);
    if (now) released.push_back(std::move(it->second));
    it = now ? waiting_.erase(it) : std::next(it);
  }
  for (const Waiting& waiting : released) hear_request(waiting.from, waiting.request, out);
}

void SigningMachine::Core::on(const Withdraw& withdraw, Effects&) {
  permits_.erase(withdraw.instance);
}

Suite& SigningMachine::Core::suite_of(const SigningSubject& subject) {
  return subject.kind == SigningSubject::Kind::block ? block_suite_ : announce_suite_;
}

void SigningMachine::Core::answer(const crypto::PublicKey& from, const PostedRequest& posted,
                                  Effects& out) {
  const crypto::SigningRequest request = posted.request(cid_);
  const crypto::SessionId session = crypto::session_id(group_->config(), request);
  const auto own = std::find_if(
      posted.entries.begin(), posted.entries.end(),
      [&](const crypto::RequestEntry& entry) { return entry.party == *self_; });
  ASSERT(own != posted.entries.end());
  if (signer_->answered(session)) return;  // It stands among the published shares.
  // Honest coordinators need one session more than there are faulty members.
  std::uint32_t& count = answered_[{posted.instance, from}];
  if (count > set_.members.size()) {
    return reject(posted.instance, session, RejectReason::too_many, out);
  }
  Suite& suite = suite_of(posted.subject);
  crypto::NonceBatch* batch = suite.find(own->batch);
  if (batch == nullptr) return reject(posted.instance, session, RejectReason::unknown_nonce, out);
  const auto share = signer_->answer(*batch, request, next_random());
  if (!share.ok()) {
    const bool is_spent = share.code() == Errc::nonce_used;
    return reject(posted.instance, session,
                  is_spent ? RejectReason::nonce_spent : RejectReason::unknown_nonce, out);
  }
  ++count;
  if (batch == &*suite.current) suite.next = std::max(suite.next, own->index + 1);
  if (suite.is_low()) refill(suite);
  release(posted, own->batch, *share, out);
}

void SigningMachine::Core::release(const PostedRequest& request, const crypto::BatchId& batch,
                                   const crypto::SignatureShare& share, Effects& out) {
  const LoggedShare logged{request.instance, request.view, batch, share};
  out.push_back(
      Persist{{{storage::Table::nonce_log, log_key(cid_, share.session), encode(logged)}}});
  if (shares_.size() >= max_kept_shares) shares_.erase(shares_.begin());
  shares_.push_back(logged);
  feed_own_share(share, out);
}

void SigningMachine::Core::reject(const InstanceId& instance, const crypto::SessionId& session,
                                  RejectReason reason, Effects& out) {
  const messages::Reject answer{session, reason};
  rejects_.push_back({instance, answer});
  if (rejects_.size() > messages::max_posted_rejects) rejects_.erase(rejects_.begin());
  feed_own_reject(answer, out);
}

void SigningMachine::Core::on(const CloseSigning& close, Effects& out) {
  const InstanceId& id = close.instance;
  openings_.erase(id);
  permits_.erase(id);
  forget_answers(id);
  handled_.erase(id);
  std::erase_if(waiting_, [&](const auto& w) { return w.second.request.instance == id; });
  std::erase_if(rejects_, [&](const auto& r) { return r.first == id; });
  std::erase_if(answered_, [&](const auto& a) { return a.first.first == id; });
  Persist erased;
  for (const LoggedShare& logged : shares_) {
    if (logged.instance != id) continue;
    erased.writes.push_back(
        {storage::Table::nonce_log, log_key(cid_, logged.share.session), std::nullopt});
  }
  std::erase_if(shares_, [&](const LoggedShare& logged) { return logged.instance == id; });
  if (erased.writes.empty()) return;
  // Their nonces are spent or gone, so nobody can ask for another answer with them.
  signer_->forget_answers();
  for (const LoggedShare& logged : shares_) signer_->remember(logged.share);
  out.push_back(std::move(erased));
}

void SigningMachine::Core::write_state() {
  if (signer_) {
    state_.nonces = block_suite_.offered();
    state_.announce_nonces = announce_suite_.offered();
  }
  state_.shares.clear();
  const std::size_t skipped =
      shares_.size() - std::min(shares_.size(), messages::max_posted_shares);
  for (std::size_t i = skipped; i < shares_.size(); ++i) {
    state_.shares.push_back(shares_[i].share);
  }
  state_.rejects.clear();
  for (const auto& [instance, reject] : rejects_) state_.rejects.push_back(reject);
  state_.requests.clear();
  for (const auto& [instance, opening] : openings_) {
    for (const Posted& posted : opening.posted) state_.requests.push_back(posted.request);
  }
}

void SigningMachine::Core::publish(Effects& out) {
  trim_posted();
  write_state();
  if (is_published_ && state_ == published_) return;
  published_ = state_;
  is_published_ = true;
  out.push_back(PublishSigning{state_});
}

}  // namespace quorate::actors
