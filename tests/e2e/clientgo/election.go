package main

import (
	"context"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	watchtools "k8s.io/client-go/tools/watch"
)

// candidates counts who leads. Threads: each candidate calls in.
type candidates struct {
	lock    sync.Mutex
	leading map[string]bool
	most    int
	order   []string
}

func (c *candidates) leads(name string, is bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	delete(c.leading, name)
	if is {
		c.leading[name] = true
		c.order = append(c.order, name)
	}
	c.most = max(c.most, len(c.leading))
}

func (c *candidates) led(name string) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, one := range c.order {
		if one == name {
			return true
		}
	}
	return false
}

func (w world) candidate(ctx context.Context, c *candidates, name string, release bool) {
	lock := &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Name: "leader", Namespace: namespace}, Client: w.typed.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: name}}
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: lock, LeaseDuration: 6 * time.Second, RenewDeadline: 4 * time.Second, RetryPeriod: 300 * time.Millisecond, ReleaseOnCancel: release,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { c.leads(name, true) }, OnStoppedLeading: func() { c.leads(name, false) }}})
}

// election: three candidates for one Lease. The first gives it back, the second falls silent, the third waits until the Lease is over.
func (w world) election(ctx context.Context) facts {
	c := &candidates{leading: map[string]bool{}}
	stops := map[string]context.CancelFunc{}
	for _, name := range []string{"first", "second", "third"} {
		if name == "third" {
			stops["first"]()
			until("the second leads", func() bool { return c.led("second") })
		}
		ctx, stop := context.WithCancel(ctx)
		stops[name] = stop
		go w.candidate(ctx, c, name, name == "first")
		if name == "first" {
			until("the first leads", func() bool { return c.led("first") })
		}
	}
	stops["second"]()
	until("the third leads", func() bool { return c.led("third") })
	stops["third"]()
	lease := must2(w.typed.CoordinationV1().Leases(namespace).Get(ctx, "leader", metav1.GetOptions{}))
	return facts{"order": c.order, "most": c.most, "transitions": *lease.Spec.LeaseTransitions}
}

// retried is a watch that goes on from its last revision whenever it ends.
type retried struct {
	lock   sync.Mutex
	events map[watch.EventType]int
}

func (w world) watchOn(ctx context.Context) *retried {
	maps := w.typed.CoreV1().ConfigMaps(namespace)
	from := must2(maps.List(ctx, metav1.ListOptions{LabelSelector: "watched=yes"})).ResourceVersion
	watcher := must2(watchtools.NewRetryWatcherWithContext(ctx, from, &cache.ListWatch{
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.LabelSelector = "watched=yes"
			return maps.Watch(ctx, options)
		}}))
	r := &retried{events: map[watch.EventType]int{}}
	go func() {
		for event := range watcher.ResultChan() {
			r.note(event)
		}
	}()
	return r
}

func (r *retried) note(event watch.Event) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.events[event.Type]++
}

func (r *retried) wait(count int) {
	until("every event of the watch that goes on", func() bool {
		r.lock.Lock()
		defer r.lock.Unlock()
		return r.events[watch.Added]+r.events[watch.Modified]+r.events[watch.Deleted] >= count
	})
}

func (r *retried) summary() map[watch.EventType]int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.events
}
