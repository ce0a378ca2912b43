package main

import (
	"context"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// The schema of a kind of ours.
const lanes = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"lanes.example.com"},
"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"lanes","singular":"lane","kind":"Lane"},
"versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","properties":{
"spec":{"type":"object","properties":{"weight":{"type":"integer","maximum":100,"default":5}}},
"status":{"type":"object","properties":{"seen":{"type":"integer"}}}}}}}]}}`

var (
	definitions = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	laneKind    = schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "lanes"}
)

func lane(name string, spec map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Lane", "metadata": map[string]any{"name": name}, "spec": spec}}
}

// custom: a kind that is not built in, through a dynamic client and a dynamic informer.
func (w world) custom(ctx context.Context) facts {
	definition := &unstructured.Unstructured{}
	must(definition.UnmarshalJSON([]byte(lanes)))
	must2(w.dynamic.Resource(definitions).Create(ctx, definition, metav1.CreateOptions{}))
	objects := w.dynamic.Resource(laneKind).Namespace(namespace)
	until("the new kind is served", func() bool {
		_, err := objects.List(ctx, metav1.ListOptions{})
		return err == nil
	})
	factory := dynamicinformer.NewDynamicSharedInformerFactory(w.dynamic, 0)
	informer := factory.ForResource(laneKind)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	informer.Informer()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	must2(objects.Create(ctx, lane("a", map[string]any{}), metav1.CreateOptions{}))
	_, invalid := objects.Create(ctx, lane("b", map[string]any{"weight": int64(101)}), metav1.CreateOptions{})
	var weight int64
	until("the informer has it", func() bool {
		got, err := informer.Lister().ByNamespace(namespace).Get("a")
		if err != nil {
			return false
		}
		weight, _, _ = unstructured.NestedInt64(got.(*unstructured.Unstructured).Object, "spec", "weight")
		return true
	})
	got := must2(objects.Get(ctx, "a", metav1.GetOptions{}))
	must(unstructured.SetNestedField(got.Object, int64(7), "status", "seen"))
	must2(objects.UpdateStatus(ctx, got, metav1.UpdateOptions{}))
	var seen int64
	until("the informer has its status", func() bool {
		got := must2(informer.Lister().ByNamespace(namespace).Get("a"))
		seen, _, _ = unstructured.NestedInt64(got.(*unstructured.Unstructured).Object, "status", "seen")
		return seen != 0
	})
	applied := must2(objects.Apply(ctx, "a", lane("a", map[string]any{"weight": int64(9)}), metav1.ApplyOptions{FieldManager: "m", Force: true}))
	nine, _, _ := unstructured.NestedInt64(applied.Object, "spec", "weight")
	return facts{"defaulted": weight, "invalid": apierrors.IsInvalid(invalid), "seen": seen, "applied": nine}
}

const copies = 20

// controller: a small one with shared informers, an index and a work queue. For each ConfigMap that asks for it there is a Secret with
// its value; one that fails is tried again.
func (w world) controller(ctx context.Context) facts {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	factory := informers.NewSharedInformerFactoryWithOptions(w.typed, 0, informers.WithNamespace(namespace))
	maps, secrets := factory.Core().V1().ConfigMaps(), factory.Core().V1().Secrets()
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	wake := func(object any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
			queue.Add(key)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: wake, UpdateFunc: func(_, object any) { wake(object) }, DeleteFunc: wake}
	must2(maps.Informer().AddEventHandler(handler))
	must2(secrets.Informer().AddEventHandler(handler))
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			panic(kind)
		}
	}
	reconciler := &copier{world: w, maps: maps.Lister().ConfigMaps(namespace), secrets: secrets.Lister().Secrets(namespace), failures: map[string]int{}}
	for range 3 {
		go reconciler.run(ctx, queue)
	}
	for n := range copies {
		must2(w.typed.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("copy-"+strconv.Itoa(n), "1", map[string]string{"copy": "yes"}), metav1.CreateOptions{}))
	}
	until("all copies", func() bool { return reconciler.have("1") == copies })
	for n := range copies {
		must2(w.typed.CoreV1().ConfigMaps(namespace).Update(ctx, configMap("copy-"+strconv.Itoa(n), "2", map[string]string{"copy": "yes"}), metav1.UpdateOptions{}))
	}
	until("all copies changed", func() bool { return reconciler.have("2") == copies })
	must(w.typed.CoreV1().Secrets(namespace).Delete(ctx, "copy-3", metav1.DeleteOptions{}))
	until("the copy is back", func() bool { return reconciler.have("2") == copies && reconciler.exists(ctx, "copy-3") })
	must(w.typed.CoreV1().ConfigMaps(namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "copy=yes"}))
	until("the copies are gone", func() bool { return reconciler.have("") == 0 })
	queue.ShutDown()
	return facts{"copies": copies, "retried": len(reconciler.failures)}
}

// copier is the controller's reconciler. Threads: several call reconcile, each for another key.
type copier struct {
	world    world
	maps     corelisters.ConfigMapNamespaceLister
	secrets  corelisters.SecretNamespaceLister
	lock     sync.Mutex
	failures map[string]int
}

func (c *copier) run(ctx context.Context, queue workqueue.TypedRateLimitingInterface[string]) {
	for {
		key, shutdown := queue.Get()
		if shutdown {
			return
		}
		if err := c.reconcile(ctx, key); err != nil {
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
		}
		queue.Done(key)
	}
}

func (c *copier) reconcile(ctx context.Context, key string) error {
	_, name, err := cache.SplitMetaNamespaceKey(key)
	must(err)
	secrets := c.world.typed.CoreV1().Secrets(namespace)
	source, err := c.maps.Get(name)
	if apierrors.IsNotFound(err) || (err == nil && source.Labels["copy"] != "yes") {
		if _, err := c.secrets.Get(name); err != nil {
			return nil
		}
		if err := secrets.Delete(ctx, name, metav1.DeleteOptions{}); !apierrors.IsNotFound(err) {
			return err
		}
		return nil
	}
	if c.failsNow(key) {
		return apierrors.NewServerTimeout(schema.GroupResource{}, "get", 1)
	}
	have, err := c.secrets.Get(name)
	if apierrors.IsNotFound(err) {
		_, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, StringData: source.Data}, metav1.CreateOptions{})
		return err
	}
	if string(have.Data["value"]) == source.Data["value"] {
		return nil
	}
	have = have.DeepCopy()
	have.Data["value"] = []byte(source.Data["value"])
	_, err = secrets.Update(ctx, have, metav1.UpdateOptions{})
	return err
}

// failsNow: the first time for each key.
func (c *copier) failsNow(key string) bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.failures[key]++
	return c.failures[key] == 1
}

// have counts the copies in the cache, those with the value unless it is empty.
func (c *copier) have(value string) int {
	count := 0
	for _, secret := range must2(c.secrets.List(labels.Everything())) {
		if value == "" || string(secret.Data["value"]) == value {
			count++
		}
	}
	return count
}

func (c *copier) exists(ctx context.Context, name string) bool {
	_, err := c.world.typed.CoreV1().Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	return err == nil
}

const before, during = 30, 30 // changes that are made before and after the restart

// seen is what an informer and a watch that goes on told over a restart of the server.
type seen struct {
	lock      sync.Mutex
	revisions map[string]int64 // of each object, the newest
	backward  int              // events that are older than one before
	twice     int              // objects that were new two times
	gone      map[string]bool
	lister    corelisters.ConfigMapNamespaceLister
	retried   *retried
}

func (s *seen) added(object any) { s.note(object, true) }

func (s *seen) note(object any, isNew bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	one := object.(*corev1.ConfigMap)
	revision := must2(strconv.ParseInt(one.ResourceVersion, 10, 64))
	last, known := s.revisions[one.Name]
	if isNew && known {
		s.twice++
	}
	if revision < last {
		s.backward++
	}
	s.revisions[one.Name] = revision
}

func (s *seen) deleted(object any) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	s.gone[object.(*corev1.ConfigMap).Name] = true
}

// watching begins before the restart.
func (w world) watching(ctx context.Context) *seen {
	s := &seen{revisions: map[string]int64{}, gone: map[string]bool{}}
	factory := informers.NewSharedInformerFactoryWithOptions(w.typed, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "watched=yes" }))
	maps := factory.Core().V1().ConfigMaps()
	must2(maps.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: s.added, UpdateFunc: func(_, object any) { s.note(object, false) }, DeleteFunc: s.deleted}))
	s.lister = maps.Lister().ConfigMaps(namespace)
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	s.retried = w.watchOn(ctx)
	for n := range before {
		must2(w.typed.CoreV1().ConfigMaps(namespace).Create(ctx, watched(n, "1"), metav1.CreateOptions{}))
	}
	until("all are in the cache", func() bool { return len(must2(s.lister.List(labels.Everything()))) == before })
	return s
}

func watched(n int, value string) *corev1.ConfigMap {
	return configMap("watched-"+strconv.Itoa(n), value, map[string]string{"watched": "yes"})
}

// after the restart the same informer and the same watch see what is done now.
func (s *seen) after(ctx context.Context, w world) facts {
	maps := w.typed.CoreV1().ConfigMaps(namespace)
	until("the server is back", func() bool {
		_, err := maps.List(ctx, metav1.ListOptions{Limit: 1})
		return err == nil
	})
	for n := before; n < before+during; n++ {
		must2(maps.Create(ctx, watched(n, "1"), metav1.CreateOptions{}))
	}
	must2(maps.Update(ctx, watched(0, "2"), metav1.UpdateOptions{}))
	must(maps.Delete(ctx, "watched-1", metav1.DeleteOptions{}))
	want := before + during - 1
	until("the cache is as the server", func() bool {
		zero, err := s.lister.Get("watched-0")
		return err == nil && zero.Data["value"] == "2" && len(must2(s.lister.List(labels.Everything()))) == want
	})
	list := must2(maps.List(ctx, metav1.ListOptions{LabelSelector: "watched=yes"}))
	equal := 0
	for _, item := range list.Items {
		if cached, err := s.lister.Get(item.Name); err == nil && cached.ResourceVersion == item.ResourceVersion {
			equal++
		}
	}
	s.retried.wait(before + during + 2)
	s.lock.Lock()
	defer s.lock.Unlock()
	return facts{"listed": len(list.Items), "equal": equal, "twice": s.twice, "backward": s.backward, "gone": s.gone["watched-1"],
		"events": s.retried.summary()}
}
