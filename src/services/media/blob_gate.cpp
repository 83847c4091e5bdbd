#include "services/media/blob_gate.h"

namespace wherry {

BlobGate::Pending::~Pending() {
  if (gate_ != nullptr) gate_->settle(sha256_);
}

Result<BlobGate::Committed> BlobGate::commit(BlobWriter& writer) {
  std::shared_lock files(files_);
  TRY(auto stored, writer.commit());
  std::lock_guard lock(mutex_);
  ++pending_[stored.sha256];
  return Committed{stored, Pending(*this, stored.sha256)};
}

void BlobGate::settle(const Sha256& sha256) {
  std::lock_guard lock(mutex_);
  const auto entry = pending_.find(sha256);
  if (--entry->second == 0) pending_.erase(entry);
  // The sweep may have asked for references before this row was written.
  if (sweeps_ > 0) touched_.insert(sha256);
}

void BlobGate::begin_sweep() {
  std::lock_guard lock(mutex_);
  ++sweeps_;
}

void BlobGate::end_sweep() {
  std::lock_guard lock(mutex_);
  if (--sweeps_ == 0) touched_.clear();
}

Result<bool> BlobGate::remove(BlobStore& blobs, const Sha256& sha256) {
  std::unique_lock files(files_);
  {
    std::lock_guard lock(mutex_);
    if (pending_.contains(sha256) || touched_.contains(sha256)) return false;
  }
  TRY_VOID(blobs.remove(sha256));
  return true;
}

}  // namespace wherry
