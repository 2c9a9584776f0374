#include "actors/group_member.hpp"

#include <algorithm>

#include "consensus/terms.hpp"

namespace quorate::actors {

using consensus::InstanceId;
using consensus::Purpose;
using consensus::ValueKind;

namespace {

constexpr std::size_t max_links = 512;
constexpr std::size_t max_announcements = 4;
constexpr std::uint8_t lazy_timer = 62;
/// At once, behind what is waiting already.
constexpr std::uint8_t work_timer = 63;

bool has_prefix(const Bytes& key, const Bytes& prefix) {
  return key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
}

bool is_timer_of(const Timer& timer, const InstanceId& id) {
  const bool key_timer =
      timer.kind == static_cast<std::uint8_t>(agreement::TimerKind::key_view_over);
  const auto low = [](std::uint64_t x) { return x & 0xffffffff; };
  return key_timer == (id.purpose == Purpose::key) && low(timer.a) == low(id.height.value) &&
         low(timer.b >> 32) == low(id.term.value) && low(timer.b) == low(id.attempt);
}

}  // namespace

Result<std::unique_ptr<GroupMember>> GroupMember::make(GroupMemberSetup setup) {
  std::unique_ptr<GroupMember> out(new GroupMember(std::move(setup)));
  GroupMemberSetup& s = out->setup_;
  const consensus::SignerSet& set = s.planned.set;
  out->set_hash_ = set.hash(s.params.network_id);
  out->desk_.emplace(s.params, set, s.self, s.key);

  KeygenSetup keygen;
  keygen.set = set;
  keygen.db = out->desk_->address();
  keygen.network_id = s.params.network_id;
  keygen.self = s.self;
  if (s.self) keygen.host = s.key->clone();
  keygen.start = s.planned.start;
  keygen.deal_deadline = s.params.deal_deadline;
  keygen.confirm_deadline = s.params.confirm_deadline;
  keygen.certify_deadline = s.params.certify_deadline;
  keygen.entropy = crypto::tagged_sha256("quorate/entropy/keygen", s.entropy.view());
  keygen.records = out->records(storage::Table::keygen,
                                keygen_record_prefix(set, s.params.network_id,
                                                     s.self ? KeygenPart::member
                                                            : KeygenPart::watcher));
  TRY_ASSIGN(auto machine, KeygenMachine::make(std::move(keygen)));
  out->keygen_.emplace(std::move(machine));
  if (s.stored != nullptr) {
    const auto versions = s.stored->find(storage::Table::versions);
    if (versions != s.stored->end()) out->desk_->restore(versions->second);
  }
  return out;
}

void keep(StoredTables& stored, const Persist& written) {
  for (const storage::RecordWrite& write : written.writes) {
    auto& rows = stored[write.table];
    if (write.value) {
      rows.insert_or_assign(write.key, *write.value);
    } else {
      rows.erase(write.key);
    }
  }
}

std::vector<StoredRecord> GroupMember::records(storage::Table table, const Bytes& prefix) const {
  std::vector<StoredRecord> out;
  // A node with both roles keeps both members' records in one store: who only watches a group must
  // not take the member's promises for its own. Records of key generation have prefixes of theirs.
  if (!setup_.self && table != storage::Table::keygen) return out;
  if (setup_.stored == nullptr) return out;
  const auto found = setup_.stored->find(table);
  if (found == setup_.stored->end()) return out;
  for (auto at = found->second.lower_bound(prefix);
       at != found->second.end() && has_prefix(at->first, prefix); ++at) {
    out.push_back({at->first, at->second});
  }
  return out;
}

void GroupMember::start(Instant now, BurnHeight height) {
  is_started_ = true;
  absorb(now, keygen_->start(height));
}

void GroupMember::resume() {
  pace_.note(News::awaited);
  if (dealt_) put_dealing(PutDealing{*dealt_});
  if (candidate_) put_candidate(messages::CandidateBlock{*candidate_});
}

void GroupMember::on_burn(Instant now, const agreement::BurnMoved& moved, BurnHeight height) {
  for (const auto& link : moved.links) links_.push_back(link);
  while (links_.size() > max_links) links_.pop_front();
  tip_ = moved.tip;
  // Past its last height the array is collected; a reorganisation opens it again, empty.
  const bool is_closed = height > setup_.planned.last;
  if (is_closed_ && !is_closed) resume();
  is_closed_ = is_closed;
  agree_all(now, moved);
  end_terms(now, height);
  // Before the start no instance is open that could hear what follows from the height.
  if (is_started_) keygen(now, KeygenBurnHeight{height});
}

void GroupMember::end_terms(Instant now, BurnHeight height) {
  if (!consensus::is_on_grid(setup_.params, height)) return;
  const TermNumber term = consensus::term_of(setup_.params, height);
  term_ = term;
  for (auto at = announcing_.begin(); at != announcing_.end();) {
    const bool is_over = at->term < term;
    if (is_over) close_signing(now, InstanceId{*at});
    at = is_over ? announcing_.erase(at) : std::next(at);
  }
  std::vector<InstanceId> ids;
  for (const auto& entry : instances_) {
    if (entry.first.purpose == Purpose::block) ids.push_back(entry.first);
  }
  for (const InstanceId& id : ids) {
    // Nothing of a term is prepared or signed once the own tip is past it; a reorganisation may
    // take the tip back into the term.
    if (id.term < term) {
      if (over_.insert(id).second) agree(now, id, agreement::TermOver{});
    } else if (over_.erase(id) > 0) {
      agree(now, id, agreement::TermResumed{});
    }
  }
}

void GroupMember::on_chunk(Instant now, const consensus::Chunk& chunk) {
  auto read = desk_->read(chunk);
  if (!read.ok()) {
    effects.push_back(Note{"chunk of slot " + std::to_string(chunk.slot.value) +
                           " not readable: " + read.error().message()});
    return;
  }
  if (auto* dealing = std::get_if<DealingRead>(&*read)) {
    keygen(now, DealingSeen{dealing->member, dealing->word, std::move(dealing->dealing),
                            std::move(dealing->manifest)});
  } else if (auto* state = std::get_if<StateRead>(&*read)) {
    if (state->member != setup_.self) on_state(now, std::move(*state));
  } else if (auto* candidate = std::get_if<CandidateRead>(&*read)) {
    candidates_.insert_or_assign(candidate->owner, candidate->candidate);
    reports.push_back(CandidateHeard{candidate->owner, std::move(candidate->candidate)});
  }
}

void GroupMember::on_write_refused(consensus::ChunkSlot slot, Errc reason,
                                   ChunkVersion standing) {
  if (reason != Errc::stale_version && reason != Errc::weak_hash) return;
  // The replica knows a newer version of an own chunk than the own records do: a restored disk.
  desk_->outrun(slot, standing);
  pace_.note(News::awaited);
}

void GroupMember::on_state(Instant now, StateRead read) {
  const MemberIndex member = read.member;
  static const auto nothing = std::make_shared<const messages::MemberState>();
  auto& newest = states_.try_emplace(member, nothing).first->second;
  const std::shared_ptr<const messages::MemberState> last = std::exchange(newest, read.state);
  const messages::MemberState& before = *last;
  const messages::MemberState& kept = *read.state;
  const messages::SignedState& written = written_by_[member] = std::move(read.written);
  if (kept.keygen && kept.keygen != before.keygen) keygen(now, PeerKeygen{member, *kept.keygen});
  for (const auto& agreed : kept.agreements) {
    // A state is written as a whole whenever one part of it changes.
    if (std::find(before.agreements.begin(), before.agreements.end(), agreed) !=
        before.agreements.end()) {
      continue;
    }
    note_rejections(agreed);
    if (!setup_.self) note_key_decision(now, agreed);
    feed_instance(now, agreed.instance, member, agreed);
  }
  if (signing_ && kept.signing && kept.signing != before.signing) {
    sign(now, PeerSigning{member, *kept.signing, written});
  }
  reports.push_back(MemberHeard{member, kept.epoch, kept.leader});
}

void GroupMember::feed_instance(Instant now, const InstanceId& instance, MemberIndex member,
                                const messages::AgreementState& state) {
  if (instances_.contains(instance)) {
    agree(now, instance, agreement::PeerState{member, state});
    if (instance.purpose == Purpose::key) judge_key_values(now, state);
  }
}

void GroupMember::open(Instant now, const InstanceId& instance) {
  if (instance.purpose == Purpose::key) {
    key_instance_ = instance;
    retried_ = ended_before(instance);
    if (retried_) pace_.note(News::useful);
  } else if (current_ != instance) {
    // The height or attempt before is decided: nobody waits for shares of it any more.
    if (current_) close_signing(now, *current_);
    current_ = instance;
    rejected_ = ended_before(instance);
    if (rejected_) pace_.note(News::useful);
  }
  if (!setup_.self) return;
  if (const AgreementMachine* known = this->instance(instance)) {
    return pace_.note(news_of(known->state(), written_));
  }

  instances_.emplace(instance, AgreementMachine{context_of(instance)});

  for (StoredRecord& record :
       records(storage::Table::agreement, AgreementMachine::record_key(set_hash_, instance))) {
    agree(now, instance, agreement::Restored{std::move(record.value)});
  }
  // A crash may have come between a decision and what follows from it.
  const auto decided = instances_.at(instance).decisions();
  for (const auto& certificate : decided) on_decided(now, certificate);
  if (tip_) {
    agree(now, instance,
          agreement::BurnMoved{{links_.begin(), links_.end()}, *tip_});
  }
  if (instance.purpose == Purpose::block) {
    for (const MemberIndex member : convicted_) agree(now, instance, agreement::Convicted{member});
  }
  for (const auto& [member, state] : states_) {
    for (const auto& agreed : state->agreements) {
      if (agreed.instance == instance) feed_instance(now, instance, member, agreed);
    }
  }
}

std::shared_ptr<const agreement::Context> GroupMember::context_of(
    const InstanceId& instance) const {
  agreement::Context context;
  context.network_id = setup_.params.network_id;
  context.instance = instance;
  context.set = set();
  context.set_hash = set_hash_;
  context.self = *setup_.self;
  context.timing = setup_.timing;
  InstanceId before = instance;
  if (instance.attempt > 0) {
    before.attempt = instance.attempt - 1;
    const auto at = instances_.find(before);
    if (at != instances_.end()) context.earlier_timeouts = at->second.timeouts();
  }
  context.notary = setup_.notary;
  return std::make_shared<const agreement::Context>(std::move(context));
}

/// Who goes on to another attempt must go on showing why, after a restart as well: less than 34 %
/// of weight that went on without the others move nobody, and a rejection that the other group
/// overlooks leaves it where it is.
std::optional<messages::AgreementState> GroupMember::ended_before(
    const InstanceId& instance) const {
  if (!setup_.self || instance.attempt == 0) return std::nullopt;
  InstanceId before = instance;
  --before.attempt;
  const AgreementMachine* machine = this->instance(before);
  std::optional<AgreementMachine> restored;
  if (machine == nullptr) {
    machine = &restored.emplace(context_of(before));
    for (StoredRecord& record :
         records(storage::Table::agreement, AgreementMachine::record_key(set_hash_, before))) {
      (void)restored->step({}, agreement::Restored{std::move(record.value)});
    }
    if (tip_) {
      (void)restored->step({}, agreement::BurnMoved{{links_.begin(), links_.end()}, *tip_});
    }
  }
  messages::AgreementState shown;
  shown.instance = before;
  shown.decided = machine->state().decided;
  if (!shown.decided) return std::nullopt;
  return shown;
}

void GroupMember::agree(Instant now, const InstanceId& instance, const agreement::Input& input) {
  const auto at = instances_.find(instance);
  if (at == instances_.end()) return;
  auto stepped = at->second.step(now, input);
  if (!stepped.ok()) {
    effects.push_back(Note{"agreement at height " + std::to_string(instance.height.value) + ": " +
                           stepped.error().message()});
    return;
  }
  absorb(now, instance, std::move(stepped).value());
  if (instance.purpose == Purpose::key) {
    keep_contents(now, instances_.at(instance));
  } else {
    refresh_permit(now, instance);
  }
}

void GroupMember::on_accepted(Instant now, const consensus::BlockHeader& header) {
  const InstanceId id{set().kind,  Purpose::block, set().generation,
                      header.term, header.height,  header.attempt};
  const auto at = instances_.find(id);
  if (at == instances_.end() || at->second.closed()) return;
  agree(now, id, agreement::Signed{{}, value_of(header)});
}

void GroupMember::on_final(BlockHeight height) {
  const auto is_over = [&](const InstanceId& id) {
    return id.purpose == Purpose::block && id.height <= height && id != current_;
  };
  std::erase_if(instances_, [&](const auto& entry) { return is_over(entry.first); });
  std::erase_if(over_, is_over);
}

void GroupMember::agree_all(Instant now, const agreement::Input& input) {
  std::vector<InstanceId> ids;
  for (const auto& entry : instances_) ids.push_back(entry.first);
  for (const InstanceId& id : ids) {
    if (id.purpose == Purpose::block || std::holds_alternative<agreement::BurnMoved>(input)) {
      agree(now, id, input);
    }
  }
}

void GroupMember::sign(Instant now, const SigningInput& input) {
  if (!signing_) return;
  auto stepped = signing_->step(now, input);
  if (!stepped.ok()) {
    effects.push_back(Note{"signing: " + stepped.error().message()});
    return;
  }
  absorb(now, std::move(stepped).value());
}

void GroupMember::keygen(Instant now, const KeygenInput& input) {
  auto stepped = keygen_->step(now, input);
  if (!stepped.ok()) {
    effects.push_back(Note{"key generation: " + stepped.error().message()});
    return;
  }
  absorb(now, std::move(stepped).value());
}

void GroupMember::on_timer(Instant now, Timer timer) {
  timer.scope = 0;
  if (timer.kind == lazy_timer) return;  // The flush that follows looks at the time.
  if (timer.kind == work_timer) return keygen(now, KeygenTime{});
  if (timer.kind == signing_timer || timer.kind == signing_work_timer) return sign(now, timer);
  for (const auto& entry : instances_) {
    if (!is_timer_of(timer, entry.first)) continue;
    agree(now, InstanceId{entry.first}, agreement::TimerFired{timer});
    return;
  }
}

void GroupMember::on_key_certified(Instant now, const consensus::KeyCertificate& certificate) {
  keygen(now, KeyCertified{certificate});
}

void GroupMember::absorb(Instant now, KeygenEffects list) {
  for (KeygenEffect& effect : list) {
    if (auto* persist = std::get_if<Persist>(&effect)) {
      effects.push_back(std::move(*persist));
    } else if (auto* put = std::get_if<PutDealing>(&effect)) {
      put_dealing(*put);
    } else if (std::holds_alternative<PublishKeygen>(effect)) {
      pace_.note(News::awaited);
    } else if (auto* opened = std::get_if<AttemptOpened>(&effect)) {
      open(now, opened->instance);
    } else if (auto* wish = std::get_if<KeygenCandidate>(&effect)) {
      if (wish->value && setup_.self) {
        agree(
            now, wish->instance,
            agreement::Candidate{*wish->value, {}, setup_.self->value, agreement::Verdict::valid});
      }
    } else if (auto* verdict = std::get_if<KeygenVerdict>(&effect)) {
      if (!setup_.self) continue;
      agreement::Candidate told{verdict->value, {}, setup_.self->value, agreement::Verdict::valid};
      if (!verdict->verdict.ok()) {
        told.verdict = agreement::Verdict::refused;
        told.reason = verdict->verdict.code();
      }
      agree(now, verdict->instance, told);
    } else if (auto* finished = std::get_if<KeygenFinished>(&effect)) {
      begin_signing(now);
      reports.push_back(KeyDone{std::move(finished->certificate)});
    } else if (std::holds_alternative<KeyReady>(effect)) {
      begin_signing(now);  // The dealings behind a decided key were late.
    } else if (auto* fault = std::get_if<KeygenEvidence>(&effect)) {
      evidence(fault->member, fault->kind, std::move(fault->proof));
    } else if (std::holds_alternative<KeygenBusy>(effect)) {
      arm({Timer{work_timer}, now});
    }
  }
}

void GroupMember::absorb(Instant now, const InstanceId& instance, agreement::Effects list) {
  for (agreement::Effect& effect : list) {
    if (auto* persist = std::get_if<Persist>(&effect)) {
      effects.push_back(std::move(*persist));
    } else if (auto* published = std::get_if<agreement::Publish>(&effect)) {
      if (!is_published(instance)) continue;
      pace_.note(news_of(published->state, written_));
    } else if (auto* armed = std::get_if<ArmTimer>(&effect)) {
      arm(*armed);
    } else if (auto* need = std::get_if<agreement::NeedBlock>(&effect)) {
      reports.push_back(BlockWanted{instance, need->burn_view});
    } else if (auto* want = std::get_if<agreement::WantBlock>(&effect)) {
      if (instance.purpose == Purpose::key) {
        keygen(now, JudgeValue{instance, want->value, JudgeValue::Shown::nothing});
      } else {
        reports.push_back(ValueWanted{instance, want->value});
      }
    } else if (auto* lead = std::get_if<agreement::OpenSigning>(&effect)) {
      sign(now, OpenSigning{instance, lead->view,
                            messages::block_subject(BlockId::from(lead->value.id.view()))});
    } else if (auto* decided = std::get_if<agreement::Decided>(&effect)) {
      on_decided(now, decided->certificate);
    } else if (auto* fault = std::get_if<agreement::FaultFound>(&effect)) {
      static constexpr const char* kinds[] = {"two_proposals", "two_prepares", "two_commits"};
      evidence(fault->proof.member, kinds[static_cast<std::size_t>(fault->proof.kind)],
               encode(fault->proof));
      convict(now, fault->proof.member);
    }
  }
}

void GroupMember::absorb(Instant now, SigningEffects list) {
  for (SigningEffect& effect : list) {
    if (auto* persist = std::get_if<Persist>(&effect)) {
      effects.push_back(std::move(*persist));
    } else if (auto* armed = std::get_if<ArmTimer>(&effect)) {
      arm(*armed);
    } else if (auto* published = std::get_if<PublishSigning>(&effect)) {
      pace_.note(news_of(published->state, written_));
    } else if (auto* wanted = std::get_if<PermitWanted>(&effect)) {
      if (wanted->instance.purpose == Purpose::announce) {
        reports.push_back(
            PermitAsked{wanted->from, wanted->instance, wanted->view, wanted->subject});
      }
    } else if (auto* sealed = std::get_if<SealReady>(&effect)) {
      reports.push_back(
          SealDone{sealed->instance, sealed->view, sealed->block, std::move(sealed->seal)});
    } else if (auto* ready = std::get_if<SignatureReady>(&effect)) {
      reports.push_back(SignatureDone{ready->instance, ready->view, ready->signature});
    } else if (auto* fault = std::get_if<SigningEvidence>(&effect)) {
      evidence(fault->member, fault->kind, std::move(fault->proof));
      convict(now, fault->member);
    }
  }
}

/// What one machine proved, the others act upon: no candidate of the member's is chosen and nobody
/// asks it for a share any more.
void GroupMember::convict(Instant now, MemberIndex member) {
  if (!convicted_.insert(member).second) return;
  agree_all(now, agreement::Convicted{member});
  sign(now, ExcludeSigner{member});
}

void GroupMember::on_decided(Instant now, const consensus::VoteCertificate& certificate) {
  if (certificate.instance.purpose == Purpose::key) {
    if (certificate.instance == keygen_->instance()) keygen(now, KeyDecided{certificate});
  } else if (certificate.value.kind == ValueKind::reject) {
    reports.push_back(RejectionDone{certificate});
  }
}

void GroupMember::judge_key_values(Instant now, const messages::AgreementState& state) {
  for (const auto& certificate : state.certificates) {
    if (judged_.size() > 1'024) judged_.clear();
    if (!judged_.insert({certificate.value, true}).second) continue;
    keygen(now, JudgeValue{state.instance, certificate.value,
                           JudgeValue::Shown::prepare_certificate});
  }
}

void GroupMember::keep_contents(Instant now, const AgreementMachine& machine) {
  const messages::AgreementState state = machine.state();
  std::vector<consensus::Value> values;
  if (state.prepare) values.push_back(state.prepare->value);
  if (state.proposal) values.push_back(state.proposal->word.value);
  for (const auto& certificate : state.certificates) values.push_back(certificate.value);
  for (const consensus::Value& value : values) {
    if (value.kind == ValueKind::key && kept_.insert(value).second) {
      keygen(now, KeepContent{value});
    }
  }
}

void GroupMember::begin_signing(Instant now) {
  if (signing_ || keygen_->group() == nullptr) return;
  SigningSetup s;
  s.set = set();
  s.content = keygen_->certificate()->content;
  s.group = keygen_->group();
  s.network_id = setup_.params.network_id;
  if (setup_.self && keygen_->key() != nullptr) {
    s.key = clone_key(*keygen_->key());
    s.host = setup_.key->clone();
  }
  s.entropy = crypto::tagged_sha256("quorate/entropy/signing", setup_.entropy.view());
  s.records = records(storage::Table::nonce_log, to_bytes(s.content.cid.view()));
  auto made = SigningMachine::make(std::move(s));
  if (!made.ok()) {
    effects.push_back(Note{"no signing in this generation: " + made.error().message()});
    return;
  }
  signing_.emplace(std::move(made).value());
  absorb(now, signing_->start());
  for (const auto& [member, state] : states_) {
    if (state->signing) sign(now, PeerSigning{member, *state->signing, written_by_.at(member)});
  }
  for (const MemberIndex member : convicted_) sign(now, ExcludeSigner{member});
}

void GroupMember::refresh_permit(Instant now, const InstanceId& instance) {
  const AgreementMachine& machine = instances_.at(instance);
  const auto view = machine.current_view();
  std::optional<consensus::Value> open_value;
  // Locks of decided heights stand, but nothing is signed there any more.
  if (view && instance == current_) {
    for (const auto& [value, locked_in] : machine.locks()) {
      if (locked_in == *view && value.kind == ValueKind::block &&
          machine.may_release(*view, value)) {
        open_value = value;
      }
    }
  }
  const auto standing = permits_.find(instance);
  if (!open_value) {
    if (standing == permits_.end()) return;
    permits_.erase(standing);
    sign(now, Withdraw{instance});
  } else if (standing == permits_.end() || standing->second != *view) {
    permits_[instance] = *view;
    const auto leader = machine.leader(*view);
    sign(now, Permit{instance, *view,
                     messages::block_subject(BlockId::from(open_value->id.view())),
                     leader ? std::optional{set().members[leader->value].key} : std::nullopt});
  }
}

void GroupMember::close_signing(Instant now, const InstanceId& instance) {
  permits_.erase(instance);
  sign(now, CloseSigning{instance});
}

void GroupMember::permit_announcement(Instant now, const Permit& permit) {
  if (term_ && permit.instance.term < *term_) return;
  // One announcement replaces another; a few may be under way at once.
  if (std::find(announcing_.begin(), announcing_.end(), permit.instance) == announcing_.end()) {
    announcing_.push_back(permit.instance);
  }
  while (announcing_.size() > max_announcements) {
    close_signing(now, InstanceId{announcing_.front()});
    announcing_.pop_front();
  }
  sign(now, permit);
}

void GroupMember::note_rejections(const messages::AgreementState& state) {
  if (!state.decided || state.decided->value.kind != ValueKind::reject) return;
  if (rejections_.size() > 1'024) rejections_.clear();
  if (rejections_.contains(*state.decided)) return;
  if (!consensus::verify(*state.decided, set(), setup_.params.network_id).ok()) return;
  rejections_.insert(*state.decided);
  reports.push_back(RejectionDone{*state.decided});
}

void GroupMember::note_key_decision(Instant now, const messages::AgreementState& state) {
  // A member hears of decisions through its own instance; an observer has none.
  if (!state.decided || state.instance != keygen_->instance() ||
      keygen_->certificate() != nullptr || state.decided->instance != state.instance ||
      state.decided->phase != consensus::Phase::commit) {
    return;
  }
  if (!consensus::verify(*state.decided, set(), setup_.params.network_id).ok()) return;
  keygen(now, KeyDecided{*state.decided});
}

consensus::Value value_of(const consensus::BlockHeader& header) {
  return {ValueKind::block, Hash256{header.id().bytes}, header.burn_view};
}

std::optional<consensus::KeyCertificate> shown_key(const messages::MemberState& state) {
  if (!state.keygen) return std::nullopt;
  for (const auto& agreed : state.agreements) {
    if (agreed.instance.purpose != Purpose::key || !agreed.decided) continue;
    for (const auto& content : state.keygen->offered) {
      if (agreed.decided->value == consensus::Value{ValueKind::key, content.id(), {}}) {
        return consensus::KeyCertificate{content, *agreed.decided};
      }
    }
  }
  return std::nullopt;
}

void GroupMember::put_dealing(const PutDealing& put) {
  dealt_ = put;
  auto chunks = desk_->write_dealing(put.attempt, put.dealing);
  if (!chunks.ok()) {
    effects.push_back(Note{"this member does not deal: " + chunks.error().message()});
    return;
  }
  for (auto& chunk : *chunks) effects.push_back(WriteChunk{std::move(chunk)});
}

void GroupMember::arm(const ArmTimer& order) {
  ArmTimer marked = order;
  marked.timer.scope = setup_.timer_scope;
  effects.push_back(marked);
}

void GroupMember::evidence(MemberIndex member, std::string kind, Bytes proof) {
  effects.push_back(EvidenceFound{set().kind, set().generation, set().members[member.value].key,
                                  std::move(kind), std::move(proof)});
}

void GroupMember::set_epoch(std::uint32_t epoch,
                            std::optional<messages::LeaderCertificate> leader) {
  if (epoch != epoch_ || leader != leader_) pace_.note(News::awaited);
  epoch_ = epoch;
  leader_ = std::move(leader);
}

void GroupMember::set_offer(
    std::optional<messages::AnnouncementOffer> offer,
    List<messages::PostedRequest, messages::max_posted_requests> foreign_requests) {
  if (offer != offer_ || foreign_requests != foreign_requests_) pace_.note(News::awaited);
  offer_ = std::move(offer);
  foreign_requests_ = std::move(foreign_requests);
}

void GroupMember::put_candidate(const messages::CandidateBlock& candidate) {
  candidate_ = candidate;
  Persist persist;
  consensus::Chunk chunk = desk_->write_candidate(candidate, persist.writes);
  effects.push_back(std::move(persist));
  effects.push_back(WriteChunk{std::move(chunk)});
}

void GroupMember::flush(Instant now) {
  if (!setup_.self) return;
  if (!pace_.is_due(now)) {
    if (const auto at = pace_.begin_wait(now)) arm({Timer{lazy_timer}, *at});
    return;
  }
  pace_.written();
  const messages::MemberState before = std::exchange(written_, compose());
  const messages::Audience audience = audience_of(written_, before);
  Persist persist;
  auto chunks = desk_->write_state(written_, persist.writes);
  if (!chunks.ok()) {
    effects.push_back(Note{"state not published: " + chunks.error().message()});
    return;
  }
  effects.push_back(std::move(persist));
  for (auto& chunk : *chunks) effects.push_back(WriteChunk{std::move(chunk), audience});
}

messages::MemberState GroupMember::compose() const {
  messages::MemberState state;
  state.epoch = epoch_;
  state.leader = leader_;
  // Others need the key's content and decision until a block carries its certificate.
  if (!key_settled_) {
    state.keygen = keygen_->state();
    if (key_instance_) state.agreements.push_back(instances_.at(*key_instance_).state());
    if (retried_) state.agreements.push_back(*retried_);
  }
  if (current_) {
    const auto at = instances_.find(*current_);
    if (at != instances_.end()) state.agreements.push_back(at->second.state());
    if (rejected_) state.agreements.push_back(*rejected_);
  }
  if (signing_) state.signing = signing_->state();
  state.offer = offer_;
  state.foreign_requests = foreign_requests_;
  return state;
}

bool GroupMember::is_published(const InstanceId& instance) const {
  return instance == current_ || (!key_settled_ && instance == key_instance_);
}

const AgreementMachine* GroupMember::instance(const InstanceId& id) const {
  const auto at = instances_.find(id);
  return at == instances_.end() ? nullptr : &at->second;
}

const messages::SigningState* GroupMember::signing_state() const {
  return signing_ ? &signing_->state() : nullptr;
}

const messages::MemberState* GroupMember::state_of(MemberIndex member) const {
  const auto at = states_.find(member);
  return at == states_.end() ? nullptr : at->second.get();
}

}  // namespace quorate::actors
