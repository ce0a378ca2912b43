#include "openapi/description_tables.h"

namespace graylane::openapi {

const char* const kMetaDescriptions = R"(
Any: Fields with one meaning everywhere.
 apiVersion: The group and version of the API that this object is written in, such as "apps/v1".
 kind: What sort of object this is. Written in CamelCase, and fixed once the object exists.
 metadata: Name, namespace, labels, annotations and what else every object has.
 conditions: What has been observed of the object, one entry for each type of condition.
 observedGeneration: The generation of the object that the rest of the status is about.

ObjectMeta: What every object has, whatever its kind.
 name: The name. No other object of the kind in the same namespace has it; it cannot be changed.
 generateName: A beginning for the name. The server adds five random characters when no name is given.
 namespace: The namespace that the object is in. Empty for kinds that belong to the whole cluster.
 labels: Short keys and values to group and select objects by.
 annotations: Keys and values of any content, for tools and people. Objects are not selected by them.
 uid: An identifier that no other object ever has, not even a later one of the same name. Set by the server.
 resourceVersion: Changes with every write. Send it back with an update to be refused when somebody else wrote meanwhile.
 generation: Counts the changes of what is wanted. Set by the server.
 creationTimestamp: When the object was created. Set by the server.
 deletionTimestamp: When its deletion was asked for. It is gone once its finalizers are. Set by the server.
 deletionGracePeriodSeconds: How long it may take to end, in seconds. Set by the server.
 finalizers: What has to be cleaned up before the object can go. Each is taken off by whoever put it there.
 ownerReferences: The objects that this one belongs to. When all of them are gone, it is deleted too.
 managedFields: Which manager wrote which fields. Kept by the server for apply.
 selfLink: No longer used.

OwnerReference: An object that owns this one, in the same namespace or in none.
 apiVersion: Group and version of the owner.
 kind: Kind of the owner.
 name: Name of the owner.
 uid: The owner's uid. Another object of the same name is not meant.
 controller: True for the one owner that manages this object.
 blockOwnerDeletion: True: a foreground deletion of the owner waits for this object.

LabelSelector: Chooses objects by their labels. All its requirements must hold; an empty one chooses everything.
 matchLabels: Keys that must have exactly these values.
 matchExpressions: Requirements that can say more than equality.

LabelSelectorRequirement: One requirement for a label.
 key: The label's key.
 operator: In, NotIn, Exists or DoesNotExist.
 values: For In and NotIn: the values it may or must not have.

Condition: One thing that has been observed.
 type: What it is about, such as Ready.
 status: True, False or Unknown.
 reason: Why, as one word for programs.
 message: Why, as a sentence for people.
 lastTransitionTime: When the status last changed.
)";

}  // namespace graylane::openapi
