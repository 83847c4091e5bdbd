#pragma once

#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "base/result.h"
#include "services/ports/media_store.h"

namespace wherry {

/// Keeps the sweep from deleting bytes whose row is just being written: a file that is committed again while the sweep looks
/// at it has no row yet. Whoever commits a blob and then writes a row for it does so through here. Threads: any.
class BlobGate {
 public:
  /// Lives from the commit until the row is written or given up.
  class Pending {
   public:
    Pending(BlobGate& gate, const Sha256& sha256) : gate_(&gate), sha256_(sha256) {}
    Pending(Pending&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), sha256_(other.sha256_) {}
    Pending& operator=(Pending&&) = delete;
    ~Pending();

   private:
    BlobGate* gate_;
    Sha256 sha256_;
  };
  struct Committed {
    BlobWriter::Stored stored;
    Pending pending;
  };

  /// BlobWriter::commit(), with the bytes protected until `pending` goes.
  Result<Committed> commit(BlobWriter& writer);

  /// Call before asking which blobs are referenced, and end_sweep() afterwards.
  void begin_sweep();
  void end_sweep();
  /// Deletes a blob that was found unreferenced during this sweep, unless it was committed meanwhile. Gives whether it went.
  Result<bool> remove(BlobStore& blobs, const Sha256& sha256);

 private:
  void settle(const Sha256& sha256);

  std::shared_mutex files_;          ///< shared: a commit is under way; exclusive: a file is being deleted
  std::mutex mutex_;                 ///< guards what follows; taken last
  std::map<Sha256, unsigned> pending_;
  int sweeps_ = 0;
  std::set<Sha256> touched_;         ///< committed or settled since the running sweep began
};

}  // namespace wherry
